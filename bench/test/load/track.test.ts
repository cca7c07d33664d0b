import { describe, expect, it } from 'vitest';
import { roomTone, soundOf, SAMPLE_RATE } from '../../src/clips/sound.js';
import { continuousTracks } from '../../src/load/continuous-tracks.js';
import { framesOf, lastVoiced, trackOf } from '../../src/load/track.js';
import { decodedClip, tone } from './synthetic-clip.js';

describe('framesOf', () => {
  it('gives every sample once and in order, across the borders of clips', () => {
    const ramp = (from: number, length: number) =>
      soundOf(Int16Array.from({ length }, (_, index) => from + index));
    const clips = [ramp(0, 1000), ramp(1000, 37), ramp(1037, 763)].map((sound) => ({
      ...decodedClip('x', 0),
      ...sound,
    }));
    const frames = [...framesOf(trackOf(clips), 0.02)];
    expect(frames.map((frame) => frame.length)).toEqual([640, 640, 640, 640, 640, 400]);
    const samples = frames.flatMap((frame) =>
      Array.from({ length: frame.length / 2 }, (_, index) => frame.readInt16LE(2 * index)),
    );
    expect(samples).toEqual(Array.from({ length: 1800 }, (_, index) => index));
  });
});

describe('lastVoiced', () => {
  const clip = {
    ...decodedClip('x', 0),
    ...soundOf(
      tone([
        [0.5, 0],
        [1, 8000],
        [0.5, 0],
      ]),
    ),
  };

  it('finds where the voice ends, in the clock of the track', () => {
    const track = trackOf([clip, clip], roomTone(1));
    expect(lastVoiced(track, 0, 2)).toBeCloseTo(1.5, 2);
    expect(lastVoiced(track, 0, 3.4)).toBeCloseTo(1.5, 2);
    expect(lastVoiced(track, 3, 9)).toBeCloseTo(4.5, 2);
    expect(lastVoiced(track, 3, 4)).toBeCloseTo(4, 2);
  });

  it('finds no voice in room tone and digital silence', () => {
    const track = trackOf([clip], roomTone(2));
    expect(lastVoiced(track, 2, 4)).toBeUndefined();
    expect(lastVoiced(trackOf([{ ...clip, ...soundOf(new Int16Array(SAMPLE_RATE)) }]), 0, 1)).toBeUndefined();
  });

  it('does not take a click for a voice', () => {
    const track = trackOf([
      {
        ...clip,
        ...soundOf(
          tone([
            [0.5, 0],
            [1, 8000],
            [0.5, 0],
            [0.01, 8000],
            [0.5, 0],
          ]),
        ),
      },
    ]);
    expect(lastVoiced(track, 0, 3)).toBeCloseTo(1.5, 2);
  });
});

describe('continuousTracks', () => {
  it('begins each stream with another clip and plays every clip to its end', () => {
    const clips = ['a', 'b', 'c', 'd'].map((id) => decodedClip(id, 1));
    const ids = continuousTracks(clips, 2, 4.5).map((track) =>
      track.parts.map(({ clip }) => clip?.id).join(''),
    );
    expect(ids).toEqual(['abcda', 'cdabc']);
  });
});
