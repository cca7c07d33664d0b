import { describe, expect, it } from 'vitest';
import { roomTone, soundOf } from '../../src/clips/sound.js';
import type { Hypothesis } from '../../src/load/live-client.js';
import type { Session } from '../../src/load/session.js';
import { trackOf } from '../../src/load/track.js';
import { clipDelays, finalDelays } from '../../src/measure/final-delay.js';
import { shownWords } from '../../src/measure/shown-words.js';
import { decodedClip, tone } from '../load/synthetic-clip.js';

// Each clip: 0.5 s of silence, 1 s of voice, 0.5 s of silence; then 2 s of room tone. Spoken 10 s after time zero.
const clip = (id: string) => ({
  ...decodedClip(id, 2),
  ...soundOf(
    tone([
      [0.5, 0],
      [1, 8000],
      [0.5, 0],
    ]),
  ),
});

function session(hypotheses: readonly Hypothesis[]): Session {
  const track = trackOf([clip('a'), clip('b')], roomTone(2));
  return {
    track,
    finals: hypotheses.filter(({ isFinal }) => isFinal),
    partials: hypotheses.filter(({ isFinal }) => !isFinal),
    errors: [],
    outcome: 'served',
    sentSeconds: track.seconds,
    spokenAt: (streamSeconds) => 10_000 + streamSeconds * 1000,
  };
}

const final = (at: number, fields: Partial<Hypothesis> = {}): Hypothesis => ({
  at,
  text: 'x',
  isFinal: true,
  ...fields,
});
const partial = (at: number, sequence: number, text: string): Hypothesis => ({
  at,
  text,
  isFinal: false,
  sequence,
});

describe('finalDelays', () => {
  it('measures from `end` and, independently, from the voice in the recording', () => {
    const { fromEnd, fromVoice } = finalDelays([session([final(12_300, { start: 0.4, end: 1.6 })])]);
    expect(fromEnd).toEqual([expect.closeTo(0.7, 3)]);
    expect(fromVoice).toEqual([expect.closeTo(0.8, 3)]);
  });

  it('does not reward an `end` before the voice ends', () => {
    const { fromVoice } = finalDelays([session([final(12_300, { start: 0.4, end: 1.3 })])]);
    expect(fromVoice).toEqual([expect.closeTo(0.8, 3)]);
  });

  it('separates finals at a pause from those cut within speech', () => {
    const cut = final(11_900, { start: 0.4, end: 1 });
    const atPause = final(12_300, { start: 1, end: 1.6 });
    const { afterPause } = finalDelays([session([cut, atPause])]);
    expect(afterPause).toEqual([expect.closeTo(0.8, 3)]);
  });

  it('does not search the next utterance for the voice', () => {
    const finals = [final(11_500, { start: 0.4, end: 1 }), final(12_300, { start: 1, end: 1.6 })];
    expect(finalDelays([session(finals)]).fromVoice).toEqual([
      expect.closeTo(0.5, 3),
      expect.closeTo(0.8, 3),
    ]);
  });
});

describe('clipDelays', () => {
  it('takes the last final before the next clip, without its times in the stream', () => {
    const delays = clipDelays(session([final(11_000), final(12_100), final(16_000)]));
    expect(delays.fromVoice).toEqual([expect.closeTo(0.6, 3), expect.closeTo(0.5, 3)]);
    expect(delays.unanswered).toEqual([]);
  });

  it('lists the clips after whose last word no final came', () => {
    expect(clipDelays(session([final(11_000), final(16_000)])).unanswered).toEqual(['a']);
  });
});

describe('shownWords', () => {
  const words = (...ends: number[]) =>
    ends.map((end, index) => ({ text: `w${String(index)}`, start: end - 0.2, end }));

  it('counts a word as shown with the first partial that is long enough', () => {
    const shown = shownWords([
      session([
        partial(11_200, 0, 'No'),
        partial(11_600, 0, 'No chest'),
        final(12_300, { sequence: 0, text: 'No chest pain.', words: words(0.8, 1.1, 1.5) }),
      ]),
    ]);
    expect(shown.inPartial).toEqual([expect.closeTo(0.4, 3), expect.closeTo(0.5, 3)]);
    expect(shown.anywhere).toEqual([expect.closeTo(0.4, 3), expect.closeTo(0.5, 3), expect.closeTo(0.8, 3)]);
    expect(shown).toMatchObject({
      shown: 2,
      changedByPartial: 0,
      changedByFinal: 0,
      withdrawn: 0,
      unmatched: 0,
    });
  });

  it('counts words that are changed or withdrawn', () => {
    const shown = shownWords([
      session([
        partial(1, 0, 'no chess'),
        partial(2, 0, 'no chest pain at'),
        final(3, { sequence: 0, text: 'No chest pain.', words: words(1, 1, 1) }),
        partial(4, 1, 'thank you'),
      ]),
    ]);
    expect(shown).toMatchObject({ shown: 6, changedByPartial: 1, changedByFinal: 3, withdrawn: 2 });
  });

  it('leaves out a final whose words do not match its text', () => {
    const shown = shownWords([session([final(1, { sequence: 0, text: 'two words', words: words(1) })])]);
    expect(shown).toMatchObject({ unmatched: 1, anywhere: [] });
  });
});
