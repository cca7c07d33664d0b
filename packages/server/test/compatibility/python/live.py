"""Sends 16-bit samples from standard input by the SDK of Deepgram, sync and async, and prints what it was told."""

import asyncio
import json
import sys
import threading

import deepgram

url = sys.argv[1]
pcm = sys.stdin.buffer.read()
frames = [pcm[at : at + 3200] for at in range(0, len(pcm), 3200)]
is_old = hasattr(deepgram, "DeepgramClientOptions")


def told(messages):
    results = [message for message in messages if message.type == "Results"]
    return {
        "text": " ".join(one.channel.alternatives[0].transcript for one in results if one.is_final),
        "finalized": any(one.from_finalize for one in results),
        "types": [message.type for message in messages],
    }


def environment():
    from deepgram.environment import DeepgramClientEnvironment

    socket = url.replace("http", "ws")
    return DeepgramClientEnvironment(base=url, production=socket, agent=url, agent_rest=url)


def parsed(message):
    """Fails unless a message is what the SDK has a type for."""
    assert type(message).__name__.startswith("ListenV1"), type(message)
    return message


def by_sync():
    messages = []
    client = deepgram.DeepgramClient(api_key="any", environment=environment())
    with client.listen.v1.connect(
        model="nova-3", encoding="linear16", sample_rate=16000, keyterm=["metoprolol", "HbA1c"]
    ) as socket:
        for frame in frames:
            socket.send_media(frame)
        socket.send_finalize()
        socket.send_close_stream()
        for message in socket:
            messages.append(parsed(message))
    return told(messages)


async def by_async():
    messages = []
    client = deepgram.AsyncDeepgramClient(api_key="any", environment=environment())
    async with client.listen.v1.connect(model="nova-3", encoding="linear16", sample_rate=16000) as socket:
        for frame in frames:
            await socket.send_media(frame)
        await socket.send_finalize()
        await socket.send_close_stream()
        async for message in socket:
            messages.append(parsed(message))
    return told(messages)


old_options = {"model": "nova-2", "encoding": "linear16", "sample_rate": 16000}


def by_old_sync():
    messages = []
    finalized = threading.Event()
    client = deepgram.DeepgramClient("any", deepgram.DeepgramClientOptions(url=url))
    live = client.listen.websocket.v("1")

    def on_result(_live, result, **_rest):
        messages.append(result)
        if result.from_finalize:
            finalized.set()

    live.on(deepgram.LiveTranscriptionEvents.Transcript, on_result)
    live.on(
        deepgram.LiveTranscriptionEvents.Metadata,
        lambda _live, metadata, **_rest: messages.append(metadata),
    )
    assert live.start(deepgram.LiveOptions(**old_options))
    for frame in frames:
        live.send(frame)
    live.finalize()
    finalized.wait()
    live.finish()
    return told(messages)


async def by_old_async():
    messages = []
    finalized = asyncio.Event()
    client = deepgram.DeepgramClient("any", deepgram.DeepgramClientOptions(url=url))
    live = client.listen.asyncwebsocket.v("1")

    async def on_result(_live, result, **_rest):
        messages.append(result)
        if result.from_finalize:
            finalized.set()

    async def on_metadata(_live, metadata, **_rest):
        messages.append(metadata)

    live.on(deepgram.LiveTranscriptionEvents.Transcript, on_result)
    live.on(deepgram.LiveTranscriptionEvents.Metadata, on_metadata)
    assert await live.start(deepgram.LiveOptions(**old_options))
    for frame in frames:
        await live.send(frame)
    await live.finalize()
    await finalized.wait()
    await live.finish()
    return told(messages)


sync, asynchronous = (by_old_sync, by_old_async) if is_old else (by_sync, by_async)
print(json.dumps({"sync": sync(), "asynchronous": asyncio.run(asynchronous())}))
