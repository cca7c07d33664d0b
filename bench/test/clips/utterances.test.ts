import { describe, expect, it } from 'vitest';
import { SAMPLE_RATE, soundOf } from '../../src/clips/sound.js';
import { cutUtterances, spreadEvenly } from '../../src/clips/utterances.js';
import { decodedClip, tone } from '../load/synthetic-clip.js';

function clipOf(...steps: readonly (readonly [seconds: number, amplitude: number])[]) {
  return { ...decodedClip('a', 1), ...soundOf(tone(steps)) };
}

describe('cutUtterances', () => {
  it('cuts pieces of one length, from a pause before speech to a pause', () => {
    const clip = clipOf([0.5, 0], [1.6, 8000], [1, 0], [1.6, 8000], [0.5, 0]);
    const cut = cutUtterances([clip], 2);
    expect(cut.map(({ start }) => start)).toEqual([0.3, 2.9]);
    for (const { pcm, start } of cut) {
      expect(pcm).toEqual(clip.pcm.slice(start * SAMPLE_RATE, (start + 2) * SAMPLE_RATE));
    }
  });

  it('leaves out speech that goes on behind the end, has no pause ahead, or is mostly quiet', () => {
    expect(cutUtterances([clipOf([0.5, 0], [4, 8000])], 2)).toEqual([]);
    expect(cutUtterances([clipOf([0.1, 0], [1.6, 8000], [1, 0])], 2)).toEqual([]);
    expect(cutUtterances([clipOf([0.5, 0], [0.4, 8000], [3, 0])], 2)).toEqual([]);
  });
});

describe('spreadEvenly', () => {
  it('takes items at equal distances, and no more than there are', () => {
    expect(spreadEvenly([1, 2], 3)).toEqual([1, 2]);
    expect(spreadEvenly([0, 1, 2, 3, 4, 5], 3)).toEqual([0, 2, 4]);
  });
});
