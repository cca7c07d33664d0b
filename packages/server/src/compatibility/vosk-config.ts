import { protocolLimits, type KeyTerm } from '@auscult/protocol';
import { accepted, honoured, ignored, mapped, type ParameterTable } from './parameters.js';
import { numberOf, switchOf } from './values.js';

/** What a client of a Vosk server asks for in a frame with `config`. */
export interface VoskWishes {
  /** Samples a second. */
  readonly sampleRate: number;
  /** Whether finals come with their words. */
  readonly hasWords: boolean;
  readonly terms: readonly KeyTerm[];
}

/** The fields of `config`. */
export const voskConfig: ParameterTable<VoskWishes> = {
  sample_rate: honoured('8,000 to 48,000, also with decimals; 8,000 by default', (given) => ({
    sampleRate: Math.round(numberOf(given, protocolLimits.sampleRate)),
  })),
  words: honoured('on by default', (given) => ({ hasWords: switchOf(given) })),
  phrase_list: mapped('key terms; other words are heard as well', ({ values, warn }) => {
    warn('other words are heard as well');
    return { terms: values };
  }),
  max_alternatives: ignored('there are no other readings of a whole text'),
  model: accepted('the model of the server runs'),
};
