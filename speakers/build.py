"""Builds the speaker encoder that ships with @auscult/asr: see README.md."""
import hashlib
import json
import pathlib
import subprocess
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime
import soundfile

from ge2e_features import RATE, mel_powers
from ge2e_graph import ge2e_graph
from kaldi_features import log_mels
from quantise import quantise
from read_weights import read_weights

HERE = pathlib.Path(__file__).parent
DOWNLOADS = HERE / "downloads"
OUTPUT = HERE.parent / "packages" / "asr" / "speakers"

WHEEL = "Resemblyzer-0.1.4-py3-none-any.whl"
WHEEL_SHA256 = "8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f"
WEIGHTS = "resemblyzer/pretrained.pt"
WEIGHTS_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"

# One recording each of 252 readers of LibriSpeech.
SPEECH_REPOSITORY = "https://github.com/resemble-ai/Resemblyzer"
SPEECH_COMMIT = "15d828edebe06bc72b9cabc8ef8ca5ab2cb457ce"
SPEECH_FOLDER = "audio_data/librispeech_train-clean-100"
SPEECH_SHA256 = "962a1be5636d145302e34b50d0c459cb126ad2a3c97d807096b3538b00b6b5ee"

# Of each reader, seconds.
HEARD, WINDOW, HOP = 6, 1.5, 0.75


def main():
    OUTPUT.mkdir(exist_ok=True)
    speech = fetch_speech()
    if len(sys.argv) == 3 and sys.argv[1] == "campplus":
        write_mean_voice(f"{sys.argv[2]}.mean-voice.json", sys.argv[2], log_mels, speech)
        return
    graph = OUTPUT / "ge2e.onnx"
    onnx.save(quantise(ge2e_graph(read_weights(fetch_weights())["model_state"])), graph)
    print(f"{graph}: {graph.stat().st_size} bytes")
    write_mean_voice(OUTPUT / "ge2e-mean-voice.json", graph, mel_powers, speech)


def fetch_weights():
    wheel = DOWNLOADS / WHEEL
    if not wheel.exists():
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", DOWNLOADS, "Resemblyzer==0.1.4"]
        subprocess.run(pip, check=True)
    verify(wheel, WHEEL_SHA256)
    with zipfile.ZipFile(wheel) as archive:
        archive.extract(WEIGHTS, DOWNLOADS)
    verify(DOWNLOADS / WEIGHTS, WEIGHTS_SHA256)
    return DOWNLOADS / WEIGHTS


def verify(place, sha256, content=None):
    found = hashlib.sha256(place.read_bytes() if content is None else content).hexdigest()
    if found != sha256:
        sys.exit(f"{place} does not hold what is expected: its SHA-256 is {found}, not {sha256}")


def fetch_speech():
    checkout = DOWNLOADS / "speech"
    if not checkout.exists():
        git = lambda *command: subprocess.run(["git", "-C", checkout, *command], check=True)
        subprocess.run(["git", "init", "--quiet", checkout], check=True)
        git("remote", "add", "origin", SPEECH_REPOSITORY)
        git("sparse-checkout", "set", SPEECH_FOLDER)
        git("fetch", "--depth", "1", "--filter", "blob:none", "origin", SPEECH_COMMIT)
        git("checkout", "--quiet", SPEECH_COMMIT)
    recordings = sorted((checkout / SPEECH_FOLDER).glob("*.flac"))
    verify(checkout, SPEECH_SHA256, b"".join(recording.read_bytes() for recording in recordings))
    return recordings


def write_mean_voice(file, graph, features, recordings):
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    voices = [voice(session, features, recording) for recording in recordings]
    mean = np.mean(voices, 0)
    pathlib.Path(file).write_text(json.dumps({"voices": len(voices), "mean": [round(float(value), 5) for value in mean]}) + "\n")
    print(f"{file}: {len(voices)} voices")


def voice(session, features, recording):
    """The mean of the windows in which somebody begins to read."""
    audio, rate = soundfile.read(recording, dtype="float32", stop=HEARD * RATE)
    if rate != RATE:
        sys.exit(f"{recording} is not sampled at 16 kHz")
    starts = np.arange(0, len(audio) / RATE - WINDOW + 1e-9, HOP)
    windows = [audio[int(start * RATE) :][: int(WINDOW * RATE)] for start in starts]
    heard = np.stack([features(window) for window in windows])
    embeddings = session.run(None, {session.get_inputs()[0].name: heard})[0]
    return np.mean(embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True), 0)


if __name__ == "__main__":
    main()
