"""Live transcription the simple way, to compare with: every two seconds of audio go through Whisper by themselves.

Speaks the plain messages: binary PCM (s16le, 16 kHz, mono), JSON `audio` and `stop` in; `connection`, `transcription`
and `error` out. `start` and `end` of a transcription are those of its chunk and serve the measurement alone.

Usage: chunked_whisper.py --port 8000 [--workers 2]
"""
import argparse
import asyncio
import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import numpy as np
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from faster_whisper import WhisperModel
from weights import MODEL_NAME, bundled_weights

SAMPLE_RATE = 16_000
CHUNK_BYTES = 2 * SAMPLE_RATE * 2

def create_app(workers: int) -> FastAPI:
    app = FastAPI()
    model = WhisperModel(bundled_weights(), device="cpu", compute_type="int8", cpu_threads=1, num_workers=workers)
    pool = ThreadPoolExecutor(workers)

    def recognise(pcm: bytes) -> str:
        samples = np.frombuffer(pcm, np.int16).astype(np.float32) / 32_768
        segments, _ = model.transcribe(samples, language="en", beam_size=5)
        return " ".join(segment.text.strip() for segment in segments).strip()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "healthy", "model": MODEL_NAME}

    @app.websocket("/ws/transcribe")
    async def transcribe(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json(
            {"type": "connection", "status": "connected", "message": "Ready", "model": f"faster-whisper {MODEL_NAME}"}
        )
        chunks: asyncio.Queue[bytes] = asyncio.Queue()
        answering = asyncio.create_task(answer(socket, chunks))
        try:
            await listen(socket, chunks)
        except WebSocketDisconnect:
            pass
        finally:
            answering.cancel()

    async def listen(socket: WebSocket, chunks: asyncio.Queue[bytes]) -> None:
        heard = bytearray()
        while True:
            event = await socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            message = json.loads(event["text"]) if event.get("text") else {"type": "audio"}
            if message["type"] == "audio":
                heard += event.get("bytes") or base64.b64decode(message["data"])
            while len(heard) >= CHUNK_BYTES or (message["type"] == "stop" and heard):
                chunks.put_nowait(bytes(heard[:CHUNK_BYTES]))
                del heard[:CHUNK_BYTES]

    async def answer(socket: WebSocket, chunks: asyncio.Queue[bytes]) -> None:
        start = 0.0
        while True:
            pcm = await chunks.get()
            end = start + len(pcm) / 2 / SAMPLE_RATE
            text = await asyncio.get_running_loop().run_in_executor(pool, recognise, pcm)
            if text:
                timestamp = datetime.now(timezone.utc).isoformat()
                await socket.send_json(
                    {"type": "transcription", "text": text, "timestamp": timestamp, "isFinal": True, "start": start, "end": end}
                )
            start = end

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    uvicorn.run(create_app(flags.workers), host="127.0.0.1", port=flags.port, log_level="warning")
