import type { LexiconTerm } from '@auscult/asr';
import { shuffled } from '../terms/shuffled.js';
import type { Sentence } from './sentences.js';

/**
 * Sentences in which numbers, units and negations stand beside drugs, where correcting the drug's name could
 * remove them. No drug is repeated as long as there are enough; the same seed gives the same ones.
 */
export function doseSentences(count: number, lexicon: readonly LexiconTerm[], seed: number): Sentence[] {
  const drugs = shuffled(
    lexicon.filter(({ kind, weight }) => kind === 'drug' && weight >= COMMON).map(({ text }) => text),
    seed,
  );
  const drugAt = (place: number) => drugs[place % drugs.length] ?? '';
  return Array.from({ length: count }, (_, index) => {
    const drug = drugAt(2 * index);
    const other = drugAt(2 * index + 1);
    const frame = FRAMES[index % FRAMES.length] ?? '';
    const round = Math.floor(index / FRAMES.length) + seed;
    const dose = DOSES[(index + round) % DOSES.length] ?? DOSES[0];
    const text = frame.replaceAll(/DRUG|OTHER|LOW|HIGH|UNITS|COUNT/g, (slot) => {
      if (slot === 'DRUG') return drug;
      if (slot === 'OTHER') return other;
      if (slot === 'LOW') return dose[0];
      if (slot === 'HIGH') return dose[1];
      return (slot === 'UNITS' ? UNITS[round % UNITS.length] : COUNTS[round % COUNTS.length]) ?? '';
    });
    return {
      id: `dose${String(seed)}-${String(index + 1).padStart(4, '0')}`,
      text: text.charAt(0).toUpperCase() + text.slice(1),
      terms: [drug, ...(frame.includes('OTHER') ? [other] : [])],
    };
  });
}

/** Least weight of a drug that clinicians name often. */
const COMMON = 0.5;

const FRAMES = [
  'DRUG LOW to HIGH UNITS.',
  'Start DRUG LOW UNITS twice daily.',
  'Increase DRUG from LOW to HIGH UNITS.',
  'Do not give DRUG for COUNT days.',
  'DRUG LOW or HIGH UNITS at night.',
  'No DRUG and no OTHER.',
  'LOW UNITS of DRUG every COUNT hours.',
  'Takes DRUG COUNT point five UNITS, not OTHER.',
  'Denies DRUG, takes OTHER LOW to HIGH UNITS.',
  'He was never on DRUG without OTHER for COUNT weeks.',
  'DRUG, LOW to HIGH UNITS, for COUNT days.',
  'Give DRUG between LOW and HIGH UNITS.',
] as const;

const DOSES = [
  ['ten', 'fifteen'],
  ['two', 'four'],
  ['twenty', 'twenty five'],
  ['fifty', 'one hundred'],
  ['five', 'ten'],
  ['one', 'two'],
  ['eight', 'twelve'],
  ['forty', 'eighty'],
  ['two hundred', 'two hundred fifty'],
  ['sixteen', 'sixty'],
] as const;

const UNITS = ['milligrams', 'micrograms', 'units', 'milliliters', 'grams'] as const;

const COUNTS = ['two', 'four', 'eight', 'ten', 'six', 'three'] as const;
