"""Sends a 16-bit mono WAV file as clients of Vosk do: after each frame, it waits for one answer. Prints the answers.

python vosk-client.py ws://any:KEY@127.0.0.1:2700 talk.wav
"""

import asyncio
import json
import sys
import wave

import websockets


async def main(address, path):
    async with websockets.connect(address) as socket:
        with wave.open(path) as recording:
            rate = recording.getframerate()
            await socket.send('{ "config" : { "sample_rate" : %f } }' % rate)
            while samples := recording.readframes(rate // 5):
                await socket.send(samples)
                print(json.dumps(json.loads(await socket.recv())))
        await socket.send('{"eof" : 1}')
        print(json.dumps(json.loads(await socket.recv())))


asyncio.run(main(*sys.argv[1:]))
