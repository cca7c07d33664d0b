import { expect, test } from 'vitest';
import { SAMPLE_RATE } from '../../src/clips/sound.js';
import { pitchOf } from '../../src/conversations/pitch.js';
import { spliceConversation } from '../../src/conversations/splice.js';
import { scoreSpeakersByTime } from '../../src/score/speaker-score.js';

test('tells the pitch of a voice', () => {
  expect(pitchOf(voice(110, 2))).toBeCloseTo(110, -1);
  expect(pitchOf(voice(220, 2))).toBeCloseTo(220, -1);
  expect(pitchOf(new Int16Array(SAMPLE_RATE))).toBe(0);
});

const readers = [110, 150, 220].map((pitch) => ({
  name: String(pitch),
  pitch,
  clips: [voice(pitch, 9), voice(pitch, 6)],
}));

const options = { id: 'spliced', set: 'dialogues', seed: 3 } as const;

test('readers take turns, nobody after themselves, and nothing is left out of the sound', () => {
  const { pcm, people, truth } = spliceConversation(readers, options);
  const { turns } = truth;
  expect(people).toBe(3);
  expect(new Set(turns.map(({ speaker }) => speaker)).size).toBe(3);
  if (truth.by !== 'time') throw new Error('Turns of spliced speech have times.');
  for (const [at, { speaker, start, end }] of truth.turns.entries()) {
    const before = truth.turns[at - 1];
    expect(speaker).not.toBe(before?.speaker);
    expect(start).toBeGreaterThanOrEqual(before?.end ?? 0);
    expect(end - start).toBeLessThan(11);
    const own = pcm.subarray(Math.round(start * SAMPLE_RATE), Math.round(end * SAMPLE_RATE));
    if (own.length > 0.5 * SAMPLE_RATE) expect(pitchOf(own)).toBeCloseTo(Number(speaker), -1);
  }
});

test('the same seed gives the same conversation, another gives another', () => {
  const [one, again] = [spliceConversation(readers, options), spliceConversation(readers, options)];
  expect(again.truth).toEqual(one.truth);
  expect(Buffer.compare(bytesOf(again.pcm), bytesOf(one.pcm))).toBe(0);
  expect(spliceConversation(readers, { ...options, seed: 4 }).truth).not.toEqual(one.truth);
});

test('words are those of whoever speaks at the time, or next to it', () => {
  const turns = [
    { speaker: 'A', start: 0, end: 2 },
    { speaker: 'B', start: 3, end: 5 },
  ];
  const heard = [
    { text: 'one', start: 0.5, end: 1, speaker: 1 },
    { text: 'two', start: 2, end: 2.4, speaker: 1 },
    { text: 'three', start: 2.6, end: 3, speaker: 0 },
    { text: 'four', start: 4, end: 4.4, speaker: 1 },
    { text: 'five', start: 4.5, end: 4.8, speaker: 0 },
  ];
  const { recognised, right, isRight } = scoreSpeakersByTime(turns, heard);
  expect({ recognised, right }).toEqual({ recognised: 5, right: 4 });
  expect(isRight).toEqual([true, true, true, false, true]);
});

/** A buzz with overtones, as voices have. */
function voice(pitch: number, seconds: number): Int16Array {
  return Int16Array.from({ length: seconds * SAMPLE_RATE }, (_, at) => {
    const phase = (2 * Math.PI * pitch * at) / SAMPLE_RATE;
    return 6_000 * (Math.sin(phase) + 0.6 * Math.sin(2 * phase) + 0.4 * Math.sin(3 * phase));
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Int16Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
