import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDiarization, type Diarization } from '../../src/speakers/diarization.js';
import { MOST_FOUNDING } from '../../src/speakers/founding-windows.js';
import { readSpeakerState, writeSpeakerState } from '../../src/speakers/speaker-state.js';
import { dot } from '../../src/speakers/vectors.js';
import { conversations, utterancesOf, type GeneratedUtterance } from './generated-voices.js';

const RUNS = { numRuns: 60 };

describe('diarization', () => {
  test('finds as many speakers as are given, numbered in the order in which they are heard', () => {
    fc.assert(
      fc.property(conversations(fc.integer({ min: 2, max: 4 })), (conversation) => {
        const utterances = utterancesOf(conversation);
        const told = tellAll(createDiarization({ speakers: conversation.voices }), utterances);
        expectNumbersOfVoices(told, utterances);
      }),
      RUNS,
    );
  });

  test('counts the speakers where no number is given', () => {
    fc.assert(
      fc.property(conversations(fc.integer({ min: 1, max: 4 })), (conversation) => {
        const utterances = utterancesOf(conversation);
        expectNumbersOfVoices(tellAll(createDiarization({ speakers: 'auto' }), utterances), utterances);
      }),
      RUNS,
    );
  });

  test('tells with its revisions just what it would tell anew', () => {
    fc.assert(
      fc.property(conversations(fc.integer({ min: 1, max: 4 })), (conversation) => {
        const diarization = createDiarization({ speakers: 2 });
        const utterances = utterancesOf(conversation);
        const told = tellAll(diarization, utterances);
        const again = utterances.map(({ sequence, words }) => diarization.label(sequence, words));
        expect(told).toEqual(again.map((labels) => labels.map(({ speaker }) => speaker)));
      }),
      RUNS,
    );
  });

  test('keeps what a person has assigned, and tells voices apart by it', () => {
    fc.assert(
      fc.property(conversations(fc.constant(2)), fc.nat(), (conversation, choice) => {
        const diarization = createDiarization({ speakers: 'auto' });
        const utterances = utterancesOf(conversation);
        const half = Math.ceil(utterances.length / 2);
        const told = tellAll(diarization, utterances.slice(0, half));
        const chosen = utterances[choice % half] as GeneratedUtterance;
        diarization.assign([spanOf(chosen, 3)]);
        tellAll(diarization, utterances.slice(half), told);
        expect(new Set(told[chosen.sequence])).toEqual(new Set([3]));
        const ofVoice = utterances.filter(({ voice }) => voice === chosen.voice);
        for (const { sequence } of ofVoice) expect(new Set(told[sequence])).toEqual(new Set([3]));
        for (const { sequence, voice } of utterances)
          if (voice !== chosen.voice) expect(told[sequence]).not.toContain(3);
      }),
      RUNS,
    );
  });

  test('gives a final without a voice to whom a person says', () => {
    const diarization = createDiarization({ speakers: 2 });
    expect(diarization.label(0, [{ start: 0, end: 1 }])).toEqual([{ speaker: 0, confidence: 0.5 }]);
    diarization.assign([{ sequence: 0, start: 0, end: 1, speaker: 1 }]);
    expect(diarization.revise().revised).toEqual([
      { sequence: 0, start: 0, end: 1, speaker: 1, confidence: 1 },
    ]);
  });

  test('keeps two speakers one that a person has merged', () => {
    fc.assert(
      fc.property(conversations(fc.constant(3)), (conversation) => {
        const diarization = createDiarization({ speakers: 3 });
        const utterances = utterancesOf(conversation);
        const told = tellAll(diarization, utterances.slice(0, 3));
        diarization.merge(2, 0);
        tellAll(diarization, utterances.slice(3), told);
        for (const { sequence, voice } of utterances)
          expect(new Set(told[sequence])).toEqual(new Set([voice === 1 ? 1 : 0]));
      }),
      RUNS,
    );
  });

  test('goes on with the numbers of an earlier stream', () => {
    fc.assert(
      fc.property(conversations(fc.integer({ min: 2, max: 4 })), (conversation) => {
        const utterances = utterancesOf(conversation);
        const before = createDiarization({ speakers: 'auto' });
        const first = utterances.slice(0, conversation.voices);
        tellAll(before, first);
        const memory = readSpeakerState(writeSpeakerState(before.memory()));
        const after = createDiarization({ speakers: 'auto', memory });
        // Whoever was heard last before speaks first now.
        const rest = utterances
          .slice(conversation.voices)
          .reverse()
          .map((utterance, sequence) => ({ ...utterance, sequence }));
        const told = tellAll(after, rest);
        for (const { sequence, voice } of rest) expect(new Set(told[sequence])).toEqual(new Set([voice]));
      }),
      RUNS,
    );
  });

  test('does not grow in a session of hours', () => {
    const turns = Array.from({ length: 250 }, (_, turn) => ({ voice: turn % 2, windows: 6 }));
    const diarization = createDiarization({ speakers: 2 });
    const utterances = utterancesOf({ voices: 2, turns, seed: 7 });
    const told = tellAll(diarization, utterances);
    expectNumbersOfVoices(told, utterances);
    const { founding } = diarization.memory();
    expect(founding).toHaveLength(MOST_FOUNDING.latest + MOST_FOUNDING.earlier);
    expect(new Set(founding).size).toBe(founding.length);
    expect(writeSpeakerState(diarization.memory()).length).toBeLessThan(56_000);
    const settled = diarization.revise().settledSeconds;
    expect(settled).toBeGreaterThan((utterances.at(-1)?.words.at(-1)?.end ?? 0) - 700);
    expect(settled).toBeLessThan(utterances.at(-1)?.words.at(-1)?.end ?? 0);
  });
});

describe('those who say little', () => {
  test.each([2, 'auto'] as const)(
    'are told from whoever answers them at length, asked for %s',
    (speakers) => {
      fc.assert(
        fc.property(fc.nat(), fc.integer({ min: 3, max: 8 }), (seed, windows) => {
          const turns = [
            { voice: 0, windows: 1 },
            { voice: 1, windows },
          ];
          const [question, answer] = pair(utterancesOf({ voices: 2, turns, seed }));
          // Voices that are drawn may happen to be like each other.
          const [asked] = question.windows;
          fc.pre(answer.windows.every(({ voice }) => asked && dot(asked.voice, voice) < 0.15));
          const diarization = createDiarization({ speakers });
          expect(speakersOf(diarization, question)).toEqual([0]);
          expect(new Set(speakersOf(diarization, answer))).toEqual(new Set([1]));
          expect(diarization.revise().revised).toEqual([]);
        }),
        RUNS,
      );
    },
  );

  test('are known by a window of a second, if three words are in it', () => {
    const [question, answer] = pair(utterancesOf({ voices: 2, turns: SHORT_QUESTION, seed: 3 }));
    const windows = question.windows.map((window) => ({ ...window, end: window.start + 1 }));
    const heard = ['What', 'is', 'it?'].map((text, at) => ({ text, start: at * 0.3, end: at * 0.3 + 0.3 }));
    const answerers = [1, 3].map((words) => {
      const diarization = createDiarization({ speakers: 2 });
      speakersOf(diarization, { ...question, windows, words: heard.slice(0, words) });
      return speakersOf(diarization, answer)[0];
    });
    expect(answerers).toEqual([0, 1]);
  });

  test('keep a single word when somebody new is found who sounds like it, where speakers are counted', () => {
    const turns = [0, 1, 0, 1, 2, 2].map((voice) => ({ voice, windows: 8 }));
    const utterances = utterancesOf({ voices: 3, turns, seed: 5 });
    const [last] = utterances.slice(-1);
    const voice = last?.windows[0]?.voice ?? new Float32Array();
    const moved = [1, 2].map((count) => {
      const diarization = createDiarization({ speakers: 'auto' });
      tellAll(diarization, utterances.slice(0, 4));
      diarization.hear(4, [{ start: 100, end: 101, voice }]);
      const words = ['No', 'no.'].slice(0, count).map((text) => ({ text, start: 100.2, end: 100.8 }));
      const first = diarization.label(4, words)[0]?.speaker;
      expect(first).toBeLessThan(2);
      const later = utterances.slice(4).map((one) => ({ ...one, sequence: one.sequence + 1 }));
      const revised = later.flatMap(({ sequence, windows, words: own }) => {
        diarization.hear(sequence, windows);
        diarization.label(sequence, own);
        return diarization.revise().revised;
      });
      return revised.some(({ sequence, speaker }) => sequence === 4 && speaker === 2);
    });
    expect(moved).toEqual([false, true]);
  });
});

const SHORT_QUESTION = [
  { voice: 0, windows: 1 },
  { voice: 1, windows: 6 },
];

function pair(utterances: readonly GeneratedUtterance[]): readonly [GeneratedUtterance, GeneratedUtterance] {
  return utterances as unknown as readonly [GeneratedUtterance, GeneratedUtterance];
}

function speakersOf(
  diarization: Diarization,
  { sequence, windows, words }: Pick<GeneratedUtterance, 'sequence' | 'windows' | 'words'>,
): number[] {
  diarization.hear(sequence, windows);
  return diarization.label(sequence, words).map(({ speaker }) => speaker);
}

/** Speakers of the words of each final, by its sequence. */
type Told = (number | undefined)[][];

/** Hears utterances one after another, and gives what was told of them in the end. */
function tellAll(diarization: Diarization, utterances: readonly GeneratedUtterance[], told: Told = []): Told {
  const known = new Map(utterances.map((utterance) => [utterance.sequence, utterance]));
  const words = new Map<number, GeneratedUtterance['words']>();
  for (const { sequence, windows, words: own } of known.values()) {
    words.set(sequence, own);
    diarization.hear(sequence, windows);
    told[sequence] = diarization.label(sequence, own).map(({ speaker }) => speaker);
    applyRevisions(diarization, told, utterances);
  }
  return told;
}

/** Whatever `utterances` does not hold has a word in each place that was told of. */
function applyRevisions(
  diarization: Diarization,
  told: Told,
  utterances: readonly GeneratedUtterance[],
): void {
  for (const { sequence, start, end, speaker } of diarization.revise().revised) {
    const labels = told[sequence] ?? [];
    const words = utterances.find((utterance) => utterance.sequence === sequence)?.words;
    for (let place = 0; place < labels.length; place++) {
      const word = words?.[place];
      const middle = word ? (word.start + word.end) / 2 : start;
      if (middle >= start && middle <= end) labels[place] = speaker;
    }
  }
}

function expectNumbersOfVoices(told: Told, utterances: readonly GeneratedUtterance[]): void {
  for (const { sequence, voice } of utterances) expect(new Set(told[sequence])).toEqual(new Set([voice]));
}

function spanOf({ sequence, words }: GeneratedUtterance, speaker: number) {
  return { sequence, start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0, speaker };
}
