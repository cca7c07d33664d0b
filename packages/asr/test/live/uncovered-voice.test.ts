import { expect, test } from 'vitest';
import { uncoveredVoice } from '../../src/live/uncovered-voice.js';
import { VAD_FRAME_SAMPLES } from '../../src/vad/hear-frames.js';

const SECOND = 16_000;
const FRAME = VAD_FRAME_SAMPLES / SECOND;

test('names the voice between two tokens, before the first and behind the last, that is longer than a word', () => {
  const utterance = voiced(10, () => true);
  expect(uncoveredVoice(utterance, { heardAt: [2.5, 3, 6, 7, 7.5] })).toEqual([
    { from: 0, to: 2.5, token: 0 },
    { from: 3, to: 6, token: 2 },
    { from: 7.5, to: 10, token: 5 },
  ]);
  expect(uncoveredVoice(utterance, { heardAt: [1, 2, 3, 4, 5, 6, 7, 8, 9] })).toEqual([]);
});

test('silence needs no words', () => {
  const utterance = voiced(10, (seconds) => seconds < 3 || seconds > 7.4);
  expect(uncoveredVoice(utterance, { heardAt: [1, 2.5, 8, 9] })).toEqual([]);
});

test('a token for which the decoder listened elsewhere leaves no gap behind', () => {
  const utterance = voiced(6, () => true);
  expect(uncoveredVoice(utterance, { heardAt: [0.5, 1, 5.5, 2, 3, 4, 5] })).toEqual([]);
});

test('an utterance without words is uncovered as a whole', () => {
  const { start, ...rest } = voiced(3, () => true);
  const later = { ...rest, start: start + 5 * SECOND, end: rest.end + 5 * SECOND };
  expect(uncoveredVoice(later, { heardAt: [] })).toEqual([{ from: 5, to: 8, token: 0 }]);
});

function voiced(seconds: number, isVoiced: (seconds: number) => boolean) {
  const probabilities = Array.from({ length: Math.round(seconds / FRAME) }, (_, frame) =>
    isVoiced(frame * FRAME) ? 0.9 : 0.1,
  );
  return { start: 0, end: seconds * SECOND, probabilities };
}
