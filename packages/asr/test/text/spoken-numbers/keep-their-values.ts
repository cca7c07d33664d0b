import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeFinals } from '../../../src/text/write-final.js';
import { differenceOf } from './comparison.js';
import { asFinals, cutsOf } from './cuts.js';
import type { KindOfPhrase } from './phrases.js';

/** How many phrases are tested. */
interface Amount {
  /** Phrases of all kinds together. */
  readonly phrases: number;
  /** Whether each phrase is tested whole and with every cut into two finals; if not, in one of these ways, by turns. */
  readonly everyCut: boolean;
  readonly seed: number;
}

const KINDS = 18;
const MOST_SHOWN = 20;
const AN_HOUR = 3_600_000;

/** Tests that phrases are written with the numbers that were spoken. */
export function keepTheirValues(kinds: readonly KindOfPhrase[], amount: Amount): void {
  const seed = Number(process.env['AUSCULT_TEST_SEED'] ?? amount.seed);
  const phrasesInAll = Number(process.env['AUSCULT_TEST_PHRASES'] ?? amount.phrases);
  const waysOf = amount.everyCut ? everyWay : wayInTurn;
  describe(`numbers in phrases from AUSCULT_TEST_SEED=${String(seed)} keep their values`, () => {
    test.each(kinds)(
      '$name',
      ({ phrases }) => {
        const random = randomFrom(seed);
        const drawn = fc.sample(phrases, { numRuns: Math.ceil(phrasesInAll / KINDS), seed });
        let texts = 0;
        const wrong: string[] = [];
        for (const finals of drawn.flatMap((phrase, index) => waysOf([...cutsOf(phrase, random)], index))) {
          const heard = asFinals(finals, 0.3 + 0.6 * random());
          const written = writeFinals(heard, { writtenForm: true, dictationCommands: false });
          const shown = written.map(({ text }) => text);
          const difference = differenceOf(finals, shown);
          texts += 1;
          if (difference) wrong.push(`${difference.kind}: ${finals.join(' | ')}  =>  ${shown.join(' | ')}`);
        }
        if (wrong.length === 0) return;
        const lines = wrong.slice(0, MOST_SHOWN).map((line) => `\n  ${line}`);
        expect.fail(`${String(wrong.length)} of ${String(texts)} texts have other numbers:${lines.join('')}`);
      },
      AN_HOUR,
    );
  });
}

function everyWay<Way>(ways: readonly Way[]): readonly Way[] {
  return ways;
}

function wayInTurn<Way>(ways: readonly Way[], index: number): readonly Way[] {
  const turn = index % ways.length;
  return ways.slice(turn, turn + 1);
}

/** Numbers from 0 to 1 that are the same from the same seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
