import { parseMedicalLexicon } from '@auscult/asr';
import { parseConfusableDrugs } from '../../../packages/asr/dist/lexicon/confusable-drugs.js';
import { mustHold, unlessRefused, usualTime, type FuzzTarget } from '../target.js';

/** Tables of the lexicon. */
export const target: FuzzTarget = {
  longest: 16_384,
  allowed: usualTime,
  prepare: () => (input) => {
    const text = input.toString();
    for (const { weight } of unlessRefused(['TypeError'], () => parseMedicalLexicon(text)) ?? [])
      mustHold(weight > 0 && weight <= 1, 'weights are above 0 and at most 1');
    unlessRefused(['TypeError'], () => parseConfusableDrugs(text));
  },
};
