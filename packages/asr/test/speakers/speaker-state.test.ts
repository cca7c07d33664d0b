import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDiarization } from '../../src/speakers/diarization.js';
import { readSpeakerState, writeSpeakerState } from '../../src/speakers/speaker-state.js';
import { SpeechError } from '../../src/speech-error.js';
import { conversations, utterancesOf } from './generated-voices.js';

const state = stateOf();

test('gives back the voices, the windows and what a person said of them', () => {
  const { founding, voices, merged } = readSpeakerState(state);
  expect(founding.length).toBeGreaterThan(10);
  expect(founding.some(({ pinned }) => pinned === 1)).toBe(true);
  expect([...voices.keys()].sort()).toEqual([0, 1]);
  expect(merged).toEqual(new Map([[3, 1]]));
  expect(writeSpeakerState({ founding, voices, merged })).toHaveLength(state.length);
});

test('refuses a state in which a byte has changed, or that is cut off or too long', () => {
  fc.assert(
    fc.property(fc.nat(state.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const damaged = Uint8Array.from(state);
      damaged[place] = (damaged[place] ?? 0) ^ change;
      expectDamaged(damaged);
      expectDamaged(state.slice(0, place));
      expectDamaged(Uint8Array.from([...state, change]));
    }),
  );
});

test('refuses what is no state at all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expectDamaged(bytes);
    }),
  );
});

function stateOf(): Uint8Array {
  const [conversation] = fc.sample(conversations(fc.constant(2)), { numRuns: 1, seed: 1 });
  const diarization = createDiarization({ speakers: 'auto' });
  const utterances = utterancesOf(conversation ?? { voices: 2, turns: [], seed: 1 });
  for (const { sequence, windows, words } of utterances) {
    diarization.hear(sequence, windows);
    diarization.label(sequence, words);
  }
  diarization.assign([{ sequence: 1, start: 0, end: 1_000, speaker: 1 }]);
  diarization.merge(3, 1);
  diarization.revise();
  return writeSpeakerState(diarization.memory());
}

function expectDamaged(bytes: Uint8Array): void {
  let error: unknown;
  try {
    readSpeakerState(bytes);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SpeechError);
  expect(error).toMatchObject({ code: 'speaker_state_damaged' });
}
