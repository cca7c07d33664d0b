"""Speaks by the Realtime interface of OpenAI's SDK, in the ways that it has, and prints what was heard.

Arguments: the address of the server, and a file of s16le samples, 24,000 a second, mono.
"""

import asyncio
import base64
import json
import sys

import openai

url, path = sys.argv[1:]
with open(path, "rb") as file:
    samples = file.read()

options = {"base_url": f"{url}/v1", "websocket_base_url": f"{url.replace('http', 'ws')}/v1", "api_key": "any"}
pieces = [base64.b64encode(samples[at : at + 4801]).decode() for at in range(0, len(samples), 4801)]
COMPLETED = "conversation.item.input_audio_transcription.completed"


class Heard:
    """The events of one connection."""

    def __init__(self):
        self.types = []
        self.texts = []
        self.classes = set()

    def take(self, event):
        self.types.append(event.type)
        self.classes.add(type(event).__name__)
        if event.type == COMPLETED:
            self.texts.append(event.transcript)
        if event.type == "error":
            raise RuntimeError(event.error.code)

    def told(self):
        return {"text": " ".join(text for text in self.texts if text), "types": self.types, "classes": sorted(self.classes)}


def by_sync(realtime, manual, update):
    heard = Heard()
    with realtime.connect(model="gpt-4o-transcribe") as connection:
        heard.take(connection.recv())
        if manual:
            update(connection)
            heard.take(connection.recv())
        for piece in pieces:
            connection.input_audio_buffer.append(audio=piece)
        connection.input_audio_buffer.commit()
        # Answered after everything before it.
        connection.input_audio_buffer.clear()
        while heard.types[-1] != "input_audio_buffer.cleared":
            heard.take(connection.recv())
    return heard.told()


async def by_async(realtime):
    heard = Heard()
    async with realtime.connect(model="whisper-1", extra_query={"intent": "transcription"}) as connection:
        async for event in connection:
            heard.take(event)
            if event.type == "session.created" or event.type == "transcription_session.created":
                for piece in pieces:
                    await connection.input_audio_buffer.append(audio=piece)
                await connection.input_audio_buffer.commit()
                await connection.input_audio_buffer.clear()
            if event.type == "input_audio_buffer.cleared":
                break
    return heard.told()


def update_today(connection):
    connection.session.update(session={"type": "transcription", "audio": {"input": {"turn_detection": None}}})


def update_beta(connection):
    connection.transcription_session.update(session={"turn_detection": None})


client = openai.OpenAI(**options)
is_beta = not openai.__version__.startswith("3.")
told = {
    "server_vad": by_sync(client.realtime, False, update_today),
    "manual": by_sync(client.realtime, True, update_today),
    "async": asyncio.run(by_async(openai.AsyncOpenAI(**options).realtime)),
}
if is_beta:
    told["beta"] = by_sync(client.beta.realtime, True, update_beta)
    told["beta_async"] = asyncio.run(by_async(openai.AsyncOpenAI(**options).beta.realtime))
print(json.dumps(told))
