"""Transcribes a WAV file with one of the official clients of WhisperLive. Prints what the client has at the end, as JSON.

python whisper-live-client.py streaming|file|refused 127.0.0.1 9090 talk.wav talk.srt
"""

import contextlib
import json
import sys
import types
import wave


class NoMicrophone:
    def open(self, **_):
        raise OSError("there is no microphone")


# The clients import this for microphones and loudspeakers, which they do not use here.
sys.modules["pyaudio"] = types.SimpleNamespace(paInt16=8, PyAudio=NoMicrophone)

from whisper_live.client import StreamingTranscriptionClient, TranscriptionClient  # noqa: E402


def stream(host, port, path, _srt):
    committed = []
    client = StreamingTranscriptionClient(
        host, port, lang="en", on_committed_transcript=lambda text, _: committed.append(text)
    )
    with client, wave.open(path) as recording:
        while samples := recording.readframes(1600):
            client.send(samples, pcm_format="int16")
    return {"committed": committed, "transcript": [segment["text"] for segment in client.transcript]}


def play(host, port, path, srt):
    client = TranscriptionClient(host, port, lang="en", mute_audio_playback=True, output_transcription_path=srt)
    return {"text": client(path)}


def refuse(host, port, _path, _srt):
    try:
        StreamingTranscriptionClient(host, port, lang="en").connect()
    except RuntimeError:
        return {}


with contextlib.redirect_stdout(sys.stderr):
    kind, host, port, path, srt = sys.argv[1:]
    result = {"streaming": stream, "file": play, "refused": refuse}[kind](host, int(port), path, srt)
print(json.dumps(result))
