#!/usr/bin/env python3
"""Writes log-mel-reference.json: log-mel features by numpy and by the `faster-whisper` package, which must agree.

Usage: make-log-mel-reference.py ../../clips/dictation/joe_s001.flac > log-mel-reference.json
Needs: pip install faster-whisper
The signals are described in log-mel.test.ts, which makes the same. A few frames of each are kept, all bins.
"""
import json
import sys

import numpy as np
from faster_whisper.audio import decode_audio
from faster_whisper.feature_extractor import FeatureExtractor


def hertz_of(mel):
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def mel_matrix(bins):
    """Slaney's mel filters of unit area, as a dense matrix of [bins, 201]."""
    top = 15 + np.log(8) / (np.log(6.4) / 27)
    edges = hertz_of(np.linspace(0, top, bins + 2))
    hertz = np.arange(201) * 40.0
    rows = []
    for low, centre, high in zip(edges, edges[1:], edges[2:]):
        shape = np.interp(hertz, [low, centre, high], [0, 1, 0])
        rows.append(shape * 2 / (high - low))
    return np.array(rows)


def log_mel(audio, bins):
    padded = np.pad(audio.astype(np.float64), 200, mode="reflect")
    window = np.sin(np.pi * np.arange(400) / 400) ** 2
    # The transform as a matrix product: nothing in common with a fast one.
    waves = np.exp(-2j * np.pi * np.outer(np.arange(201), np.arange(400)) / 400)
    frames = np.array([padded[at : at + 400] * window for at in range(0, len(audio) // 160 * 160, 160)])
    powers = np.abs(waves @ frames.T) ** 2
    logs = np.log10(np.maximum(mel_matrix(bins) @ powers, 1e-10))
    return (np.maximum(logs, logs.max() - 8) + 4) / 4


def noise(samples):
    """The linear congruential generator of Numerical Recipes, within ±0.5."""
    state, values = 1, []
    for _ in range(samples):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(state / 2**32 - 0.5)
    return np.array(values, dtype=np.float32)


clip = decode_audio(sys.argv[1])
time = np.arange(16000)
SIGNALS = {
    "speech": clip,
    "speech in 30 s": np.pad(clip, (0, 480000 - len(clip))),
    "half a frame": clip[16000:16250],
    "one hop": clip[16000:16160],
    "tone": (0.99 * np.sin(2 * np.pi * 1000 * time / 16000)).astype(np.float32),
    "faint noise": noise(16077) * np.float32(1e-4),
    "silence": np.zeros(8000, dtype=np.float32),
}

cases = []
for signal, audio in SIGNALS.items():
    for bins in (80, 128):
        features = log_mel(audio, bins)
        frames = features.shape[1]
        if len(audio) > 400:
            other = FeatureExtractor(feature_size=bins)(audio, padding=0)
            assert np.abs(features - other[:, :frames]).max() < 1e-4, (signal, bins)
        kept = sorted({round(at) for at in np.linspace(0, frames - 1, 6)})
        cases.append(
            {
                "signal": signal,
                "bins": bins,
                "samples": len(audio),
                "frames": frames,
                "mean": round(float(features.mean()), 7),
                "kept": {at: [round(float(value), 6) for value in features[:, at]] for at in kept},
            }
        )
json.dump(cases, sys.stdout)
print()
