"""Transcribes a 16-bit WAV file over the raw protocol, as fast as the server takes audio.

pip install websockets && python client.py talk.wav [ws://127.0.0.1:8000/ws/transcribe]
"""

import asyncio
import json
import sys
import wave

import websockets


async def main(path, url="ws://127.0.0.1:8000/ws/transcribe"):
    async with websockets.connect(url) as socket:
        with wave.open(path) as recording:
            settings = {"sampleRate": recording.getframerate(), "channels": recording.getnchannels()}
            await socket.send(json.dumps({"type": "configure", **settings}))
            sending = asyncio.create_task(send(recording, socket))
            async for frame in socket:
                message = json.loads(frame)
                if message["type"] == "transcription" and message["isFinal"]:
                    print(f"{message['start']:7.1f} s  {message['text']}", flush=True)
                elif message["type"] == "error":
                    print(message["message"], file=sys.stderr)
                elif message["type"] == "stopped":
                    break
            await sending


async def send(recording, socket):
    while samples := recording.readframes(recording.getframerate() // 10):
        await socket.send(samples)
    await socket.send(json.dumps({"type": "stop"}))


asyncio.run(main(*sys.argv[1:]))
