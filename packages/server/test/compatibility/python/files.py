"""Sends a recording by the SDKs of OpenAI and of Deepgram, sync and async, and prints what they make of the answers."""

import asyncio
import json
import sys

import deepgram
import openai

url, path = sys.argv[1:]
with open(path, "rb") as file:
    recording = file.read()

sync = {"base_url": f"{url}/v1", "api_key": "any", "max_retries": 0}
order = {"model": "whisper-1", "file": ("talk.mp3", recording)}


def by_openai():
    client = openai.OpenAI(**sync)
    verbose = client.audio.transcriptions.create(
        **order, response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    stream = client.audio.transcriptions.create(**order, stream=True)
    events = [event.model_dump() for event in stream]
    try:
        client.audio.transcriptions.create(**order, language="fr")
        refusal = None
    except openai.BadRequestError as error:
        refusal = [error.param, error.code]
    return {
        "text": client.audio.transcriptions.create(**order).text,
        "srt": client.audio.transcriptions.create(**order, response_format="srt"),
        "segments": "".join(segment.text for segment in verbose.segments),
        "words": len(verbose.words),
        "language": verbose.language,
        "deltas": "".join(event["delta"] for event in events if event["type"].endswith("delta")),
        "done": [event["text"] for event in events if event["type"].endswith("done")],
        "models": [model.id for model in client.models.list()],
        "refusal": refusal,
        "extension": client.audio.transcriptions.create(**order, extra_body={"writtenForm": "on"}).text,
    }


async def by_openai_async():
    async with openai.AsyncOpenAI(**sync) as client:
        return {"text": (await client.audio.transcriptions.create(**order)).text}


def by_deepgram():
    if hasattr(deepgram, "DeepgramClientOptions"):
        client = deepgram.DeepgramClient("any", deepgram.DeepgramClientOptions(url=url))
        options = deepgram.PrerecordedOptions(model="nova-2", utterances=True, smart_format=True)
        answer = client.listen.rest.v("1").transcribe_file({"buffer": recording}, options)
    else:
        client = deepgram.DeepgramClient(api_key="any", environment=deepgram_environment())
        answer = client.listen.v1.media.transcribe_file(
            request=recording, model="nova-3", utterances=True, smart_format=True
        )
    return told(answer)


async def by_deepgram_async():
    if hasattr(deepgram, "DeepgramClientOptions"):
        client = deepgram.DeepgramClient("any", deepgram.DeepgramClientOptions(url=url))
        options = deepgram.PrerecordedOptions(model="nova-2", utterances=True)
        return told(await client.listen.asyncrest.v("1").transcribe_file({"buffer": recording}, options))
    client = deepgram.AsyncDeepgramClient(api_key="any", environment=deepgram_environment())
    return told(await client.listen.v1.media.transcribe_file(request=recording, utterances=True))


def deepgram_environment():
    from deepgram.environment import DeepgramClientEnvironment

    return DeepgramClientEnvironment(base=url, production=url, agent=url, agent_rest=url)


def told(answer):
    alternative = answer.results.channels[0].alternatives[0]
    return {
        "text": alternative.transcript,
        "words": len(alternative.words),
        "utterances": len(answer.results.utterances),
    }


print(
    json.dumps(
        {
            "openai": by_openai(),
            "openaiAsync": asyncio.run(by_openai_async()),
            "deepgram": by_deepgram(),
            "deepgramAsync": asyncio.run(by_deepgram_async()),
        }
    )
)
