"""Whisper over pieces of audio or whole files, one after the other, to compare with.

Reads a JSON object a line: `{"pcm": BASE64}` (s16le, 16 kHz, mono) or `{"file": PATH}`, either with `"beams": COUNT`
where faster-whisper's own default is not wanted. Answers each with a line: `{"text", "wallSeconds",
"processorSeconds"}`. The first line, once the weights are loaded, is `{"model": NAME}`.

Usage: whisper_requests.py [--threads 1]
"""
import argparse
import base64
import json
import os
import sys
import time

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--threads", type=int, default=1)
threads = parser.parse_args().threads

# The features are made by numpy, whose linear algebra takes every core unless it is told before it is loaded.
os.environ.update({name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})

import numpy as np  # noqa: E402
from faster_whisper import WhisperModel  # noqa: E402
from weights import MODEL_NAME, bundled_weights  # noqa: E402

model = WhisperModel(bundled_weights(), device="cpu", compute_type="int8", cpu_threads=threads)


def answer(request: dict) -> dict:
    options = {"beam_size": request["beams"]} if "beams" in request else {}
    wall, processor = time.perf_counter(), time.process_time()
    if "file" in request:
        audio = request["file"]
    else:
        audio = np.frombuffer(base64.b64decode(request["pcm"]), np.int16).astype(np.float32) / 32_768
    # Work is done while the segments are asked for.
    segments, _ = model.transcribe(audio, **options)
    text = " ".join(segment.text.strip() for segment in segments)
    return {
        "text": text,
        "wallSeconds": time.perf_counter() - wall,
        "processorSeconds": time.process_time() - processor,
    }


print(json.dumps({"model": f"faster-whisper {MODEL_NAME} int8"}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
