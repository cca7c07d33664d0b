#!/usr/bin/env python3
"""Writes kaldi-reference.json: Kaldi's logarithms of mel powers by numpy. Some frames of each window are kept, all bins.

Usage: make-kaldi-reference.py > kaldi-reference.json
"""
import json
import pathlib
import sys

import soundfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "../../../../speakers"))
from kaldi_features import RATE, log_mels

WINDOWS = [
    {"clip": "librispeech/1998-15444-0006", "start": 1, "seconds": 1.5},
    {"clip": "librispeech/2609-156975-0005", "start": 2, "seconds": 0.2},
]


def main():
    print(json.dumps([reference(window) for window in WINDOWS]))


def reference(window):
    audio, _ = soundfile.read(HERE / f"../clips/{window['clip']}.flac", dtype="float32")
    start, length = round(window["start"] * RATE), round(window["seconds"] * RATE)
    logs = log_mels(audio[start : start + length])
    kept = {str(frame): [round(float(value), 5) for value in logs[frame]] for frame in (0, 7, 17, len(logs) - 1)}
    return {**window, "count": len(logs), "frames": kept}


if __name__ == "__main__":
    main()
