import { expect, it } from 'vitest';
import { roomTone } from '../../src/clips/sound.js';
import type { Hypothesis } from '../../src/load/live-client.js';
import type { Session } from '../../src/load/session.js';
import { trackOf } from '../../src/load/track.js';
import { goneWords } from '../../src/measure/gone-words.js';

it('counts the words of last partials that finals changed or lack, and clauses that are missing', () => {
  expect(
    goneWords([
      session(
        [
          [0, 'does it'],
          [0, 'does it hurt when you breathe in'],
          [1, 'any fever or'],
          [2, 'no cough'],
        ],
        [
          [0, 'Does it hurt?'],
          [1, 'Any fever, and chills.'],
        ],
      ),
    ]),
  ).toEqual({ shown: 12, changed: 1, gone: 6, clausesGone: 1 });
});

it('takes what is scored as the same for the same', () => {
  expect(goneWords([session([[0, "ok I'm fine um"]], [[0, 'Okay, I am fine.']])])).toEqual({
    shown: 4,
    changed: 0,
    gone: 0,
    clausesGone: 0,
  });
});

function session(
  partials: readonly (readonly [number, string])[],
  finals: readonly (readonly [number, string])[],
): Session {
  const hypothesis =
    (isFinal: boolean) =>
    ([sequence, text]: readonly [number, string]): Hypothesis => ({
      at: 0,
      isFinal,
      sequence,
      text,
    });
  return {
    track: trackOf([], roomTone(1)),
    partials: partials.map(hypothesis(false)),
    finals: finals.map(hypothesis(true)),
    errors: [],
    outcome: 'served',
    sentSeconds: 0,
    spokenAt: () => 0,
  };
}
