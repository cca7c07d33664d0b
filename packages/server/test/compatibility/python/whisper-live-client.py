"""Transcribes visit.wav with the official clients of WhisperLive. Prints what the client has at the end, as JSON.

python whisper-live-client.py streaming|refused 127.0.0.1 9090
python whisper-live-client.py program 'print(1)'
"""

import contextlib
import io
import json
import sys
import types
import wave


class NoMicrophone:
    def open(self, **_):
        raise OSError("there is no microphone")


# The clients import this for microphones and loudspeakers, which they do not use here.
sys.modules["pyaudio"] = types.SimpleNamespace(paInt16=8, PyAudio=NoMicrophone)

from whisper_live.client import StreamingTranscriptionClient  # noqa: E402


def stream(host, port):
    committed = []
    client = StreamingTranscriptionClient(
        host, int(port), lang="en", on_committed_transcript=lambda text, _: committed.append(text)
    )
    with client, wave.open("visit.wav") as recording:
        while samples := recording.readframes(1600):
            client.send(samples, pcm_format="int16")
    return {"committed": committed, "transcript": [segment["text"] for segment in client.transcript]}


def refuse(host, port):
    try:
        StreamingTranscriptionClient(host, int(port), lang="en").connect()
    except RuntimeError:
        return {}


def run(program):
    exec(program, {})
    return {"text": printed.getvalue().splitlines()[-1]}


printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    kind, *rest = sys.argv[1:]
    result = {"streaming": stream, "refused": refuse, "program": run}[kind](*rest)
print(json.dumps({**result, "printed": printed.getvalue()}))
