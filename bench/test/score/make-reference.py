#!/usr/bin/env python3
"""Writes reference.json: texts with their normal form, texts with the form in which they are scored, and word pairs with
their edits, by the Python reference.

Usage: make-reference.py > reference.json      Needs: pip install jiwer whisper-normalizer
The sentences are made up here: by hand, and drawn at random from number words and awkward tokens.
"""
import json
import random

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

normalise = EnglishTextNormalizer()
SAME_WORD = {"ok": "okay", "alright": "all right"}
FILLERS = ["uhh", "umm", "ah", "ahh", "mmhmm", "uhhuh", "aha"]
rng = random.Random(7)

WRITTEN = [
    "Started metoprolol twenty five milligrams twice daily for rate control.",
    "Blood pressure is one hundred and forty over ninety two, pulse seventy-six.",
    "Temperature thirty eight point five; saturation ninety seven percent on two litres.",
    "Uh, he's been on 2.5 mg of amlodipine since the 3rd of May, 2019.",
    "She's got a haemoglobin of nine point one, and her oesophagus wasn't visualised.",
    "Mr. O'Neill can't, won't, and shouldn't've stopped his anticoagulant -- he'd been warned!",
    "Dr. Smith and Prof. Jones [inaudible] (coughing) said they'd gone home.",
    "It costs $20 million, €3.50, £1,200 and two dollars and seven cents; ¢5 too, $0.07.",
    "Call nine one one, or double oh seven, or triple five one two one two.",
    "Two and a half tablets, a cup and a half, and a half.",
    "The twenties, the 1960s, the 42nd, twenty first, third, nineth, ninth, one hundredth.",
    "I'ma go 'cause y'all gotta see the colour of the centre's theatre.",
    "St. Mary's on 1st St., apt. 4b, room b12, 10,000 steps a day, minus five degrees.",
    "Ångström, naïve café, Æther, straße, Łódź, smørrebrød, þing.",
    "Mm-hmm. Mhm, hmm, um. OK?",
    "fifty per cent of ten per day, percent, point, point five, and double trouble",
    "one thousand two hundred thirty four million and six, zero, oh, o",
    "three point one four one five nine; one two three. 1.2.3.4 and 3.0",
    "He said \u2019twas \u201cfine\u201d \u2014 e.g. 5\u201310 \u00b5g/kg/min \u00b1 2 \u00b0C \u2026",
    "",
    "   ",
]
TOKENS = sorted(normalise.standardize_numbers.words)
AWKWARD = (
    "3 20 0 0.5 2.50 $5 £3.20 ¢7 1,000 1960s 2nd 42nd 1 12% % $ the cat half mg 20mg don't it's colour Dr. Mrs. "
    "[laughs] (um) uh — é ½ ² €20 -5 +3 10-20 3/4 1.2.3 o'clock I'd st ést $0.07 1s ' … 11th"
).split() + ["and a half", "3 rd"]


def random_sentence():
    return " ".join(rng.choice(TOKENS if rng.random() < 0.65 else AWKWARD) for _ in range(rng.randint(1, 9)))


def score(text):
    words = [SAME_WORD.get(word, word) for word in normalise(text).split() if word not in FILLERS]
    return " ".join(words)


def random_talk():
    same = [*SAME_WORD, *FILLERS, "OK.", "Okay", "Mm-hmm,", "Uh-huh.", "Alright", "all right", "Ah,", "O.K.", "okays"]
    return " ".join(rng.choice(same if rng.random() < 0.6 else TOKENS + AWKWARD) for _ in range(rng.randint(1, 9)))


def random_pair():
    words = [rng.choice("a b c d e f".split()) for _ in range(rng.randint(1, 14))]
    heard = [rng.choice("a b c d e f".split()) if rng.random() < 0.3 else w for w in words if rng.random() > 0.2]
    heard.insert(rng.randint(0, len(heard)), "a")
    return " ".join(words), " ".join(heard)


def edits(reference, heard):
    o = jiwer.process_words([reference], [heard])
    return [reference, heard, o.substitutions, o.deletions, o.insertions]


texts = WRITTEN + [random_sentence() for _ in range(1200)]
normal = [[text, normalise(text)] for text in texts]
scored = lambda: [[text, score(text)] for text in [*WRITTEN, *(random_talk() for _ in range(300))]]
pairs = [edits(*random_pair()) for _ in range(400)]
lines = lambda rows: ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
print(
    '{"normalised": [\n%s\n],\n"edits": [\n%s\n],\n"scored": [\n%s\n]}'
    % (lines(normal), lines(pairs), lines(scored()))
)
