#!/usr/bin/env python3
"""Writes ge2e-reference.json: mel powers by numpy, and embeddings by the network with its weights as published.

Usage: make-ge2e-reference.py > ge2e-reference.json, after ../../../../speakers/build.py has run.
Some frames of each window are kept, all bins. The windows are those of voice-encoder.test.ts.
"""
import json
import pathlib
import sys

import numpy as np
import onnxruntime
import soundfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "../../../../speakers"))
from build import fetch_weights
from ge2e_features import RATE, mel_powers
from ge2e_graph import ge2e_graph
from read_weights import read_weights

WINDOWS = [
    {"clip": "librispeech/1998-15444-0006", "start": 1, "seconds": 1.5, "gain": 1},
    {"clip": "librispeech/2609-156975-0005", "start": 2, "seconds": 1.6, "gain": 0.01},
    {"clip": "librispeech/3331-159605-0003", "start": 1, "seconds": 0.3, "gain": 0.2},
    {"clip": "librispeech/3331-159605-0003", "start": 2, "seconds": 0.8, "gain": 1e-4},
]
KEPT = [0, 1, 17, 29, 30, 31, 80, 148, 149, 150, 151, 158, 159]


def main():
    graph = ge2e_graph(read_weights(fetch_weights())["model_state"])
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    mean = json.loads((HERE / "../../speakers/ge2e-mean-voice.json").read_text())["mean"]
    print(json.dumps([reference(session, np.array(mean), window) for window in WINDOWS]))


def reference(session, mean, window):
    audio, _ = soundfile.read(HERE / f"../clips/{window['clip']}.flac", dtype="float32")
    start, length = round(window["start"] * RATE), round(window["seconds"] * RATE)
    powers = mel_powers(audio[start : start + length] * np.float32(window["gain"]))
    embedding = session.run(None, {"mels": powers[None]})[0][0]
    centred = unit(unit(embedding) - mean)
    return {
        **window,
        "frames": {str(frame): rounded(powers[frame], 9) for frame in KEPT},
        "embedding": rounded(centred, 4),
    }


def unit(vector):
    return vector / np.linalg.norm(vector)


def rounded(values, digits):
    return [float(f"{value:.{digits}g}") for value in values]


if __name__ == "__main__":
    main()
