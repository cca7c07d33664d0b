import { expect, test } from 'vitest';
import { createDiarization } from '../../src/speakers/diarization.js';
import { MOST_FOUNDING } from '../../src/speakers/founding-windows.js';
import { writeSpeakerState } from '../../src/speakers/speaker-state.js';
import { utterancesOf } from './generated-voices.js';

/** Hours of two people who take turns. */
const HOURS = 4;

/** Seconds of a turn of six windows, with the pause behind it. */
const TURN_SECONDS = 6.25;

test(
  'a session of four hours keeps its numbers, and no more of its voices than one of an hour',
  { timeout: 600_000 },
  () => {
    const turns = Array.from({ length: (HOURS * 3600) / TURN_SECONDS }, (_, turn) => ({
      voice: turn % 2,
      windows: 6,
    }));
    const diarization = createDiarization({ speakers: 2 });
    const sizes: number[] = [];
    let wrong = 0;
    let settled = 0;
    let earliestRevised = Number.POSITIVE_INFINITY;
    for (const [index, { sequence, voice, windows, words }] of utterancesOf({
      voices: 2,
      turns,
      seed: 7,
    }).entries()) {
      diarization.hear(sequence, windows);
      wrong += diarization.label(sequence, words).filter(({ speaker }) => speaker !== voice).length;
      const { revised, settledSeconds } = diarization.revise();
      for (const { start } of revised) earliestRevised = Math.min(earliestRevised, start - settled);
      settled = settledSeconds;
      if ((index + 1) % 576 === 0) sizes.push(writeSpeakerState(diarization.memory()).length);
    }
    expect(sizes).toHaveLength(HOURS);
    // Who speaks second is not known before they are heard.
    expect(wrong).toBeLessThan(12);
    expect(earliestRevised).toBeGreaterThanOrEqual(0);
    expect(Math.max(...sizes)).toBeLessThan(56_000);
    const { founding } = diarization.memory();
    expect(founding.length).toBeLessThanOrEqual(MOST_FOUNDING.latest + MOST_FOUNDING.earlier);
  },
);
