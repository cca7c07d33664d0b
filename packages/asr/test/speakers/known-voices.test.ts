import { describe, expect, test } from 'vitest';
import { createKnownVoices, type HeardSpeaker } from '../../src/speakers/known-voices.js';

/** A voice at this cosine from that of Dr. Moreau, and otherwise unlike all others with another `direction`. */
function voiceAt(cosine: number, direction = 1): Float32Array {
  const voice = new Float32Array(8);
  voice[0] = cosine;
  voice[direction] = Math.sqrt(1 - cosine ** 2);
  return voice;
}

const MOREAU = { name: 'Dr. Moreau', voice: voiceAt(1) };
const LEE = { name: 'Dr. Lee', voice: voiceAt(0.2, 7) };

describe('a known voice', () => {
  test('is recognised from the first window that is clearly like it', () => {
    const voices = createKnownVoices([MOREAU]);
    expect(voices.recognise([heard(0, 0.59, 1.5)])).toEqual([]);
    expect(voices.recognise([heard(0, 0.61, 1.5)])).toEqual([{ name: 'Dr. Moreau', speaker: 0 }]);
  });

  test('has to be more alike, the longer a speaker was heard', () => {
    expect(createKnownVoices([MOREAU]).recognise([heard(0, 0.65, 3)])).toHaveLength(1);
    expect(createKnownVoices([MOREAU]).recognise([heard(0, 0.65, 30)])).toEqual([]);
    expect(createKnownVoices([MOREAU]).recognise([heard(0, 0.75, 30)])).toHaveLength(1);
  });

  test('that nobody has gives nobody its name', () => {
    const voices = createKnownVoices([MOREAU, LEE]);
    expect(voices.recognise([heard(0, 0.5, 20, 2), heard(1, 0.3, 20, 3)])).toEqual([]);
    expect(voices.recognise([])).toEqual([]);
  });

  test('is nobody for sure if two speakers are about as like it', () => {
    const voices = createKnownVoices([MOREAU]);
    expect(voices.recognise([heard(0, 0.8, 20, 2), heard(1, 0.75, 20, 3)])).toEqual([]);
    expect(voices.recognise([heard(0, 0.9, 20, 2), heard(1, 0.75, 20, 3)])).toEqual([
      { name: 'Dr. Moreau', speaker: 0 },
    ]);
  });

  test('stays recognised as long as it may be right', () => {
    const voices = createKnownVoices([MOREAU]);
    voices.recognise([heard(1, 0.7, 2)]);
    expect(voices.recognise([heard(1, 0.66, 20)])).toEqual([{ name: 'Dr. Moreau', speaker: 1 }]);
    expect(voices.recognise([heard(1, 0.55, 40)])).toEqual([]);
    // Once lost, it needs to be as alike as at first.
    expect(voices.recognise([heard(1, 0.66, 40)])).toEqual([]);
  });

  test('belongs to one speaker, and each speaker is one person', () => {
    const voices = createKnownVoices([MOREAU, LEE]);
    const speakers: readonly HeardSpeaker[] = [
      { speaker: 2, voice: voiceAt(0.2, 7), seconds: 20 },
      { speaker: 0, voice: voiceAt(1), seconds: 20 },
    ];
    expect([...voices.recognise(speakers)].sort((a, b) => a.speaker - b.speaker)).toEqual([
      { name: 'Dr. Moreau', speaker: 0 },
      { name: 'Dr. Lee', speaker: 2 },
    ]);
  });

  test('is not that of windows which are quite unlike it, once it is recognised', () => {
    const voices = createKnownVoices([MOREAU]);
    const window = (cosine: number, seconds = 1.5) => ({
      start: 3,
      end: 3 + seconds,
      voice: voiceAt(cosine),
    });
    expect(voices.isUnlike(0, window(0.1))).toBe(false);
    voices.recognise([heard(0, 0.7, 2)]);
    expect(voices.speakers).toEqual([{ speaker: 0, voice: MOREAU.voice }]);
    expect([0.1, 0.5].map((cosine) => voices.isUnlike(0, window(cosine)))).toEqual([true, false]);
    // A short sound tells nothing, and nothing is known of other speakers.
    expect(voices.isUnlike(0, window(0.1, 0.8))).toBe(false);
    expect(voices.isUnlike(1, window(0.1))).toBe(false);
  });

  test('of another encoder is like nobody', () => {
    const other = { name: 'Dr. Moreau', voice: new Float32Array(4).fill(0.5) };
    expect(createKnownVoices([other]).recognise([heard(0, 1, 20)])).toEqual([]);
  });
});

function heard(speaker: number, cosine: number, seconds: number, direction?: number): HeardSpeaker {
  return { speaker, voice: voiceAt(cosine, direction), seconds };
}
