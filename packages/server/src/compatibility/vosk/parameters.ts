import { protocolLimits } from '@auscult/protocol';
import { RequestError } from '../../errors.js';
import type { SentKeyTerms } from '../../reading/client-text.js';
import { languageOf } from '../language.js';
import { honoured, ignored, mapped, type GivenParameter, type ParameterTable } from '../parameters.js';
import { usableTerms } from '../usable-terms.js';
import { isOff, lastOf, numberIn, switchOf } from '../values.js';

/** What a client of Vosk asks for in a message `config`. */
export interface VoskConfig {
  /** Samples a second. */
  readonly sampleRate: number;
  /** Whether finals come with their words. */
  readonly hasWords: boolean;
  readonly keyterms: SentKeyTerms;
  /** The model, by the name that the client gave it. */
  readonly model: string;
}

/** The fields of `config`. */
export const voskConfig: ParameterTable<VoskConfig> = {
  sample_rate: honoured('8,000 to 48,000, also as a float; 8,000 by default', (given) => ({
    sampleRate: rateIn(given),
  })),
  words: honoured('unless it is false, finals come with `result`', (given) => ({
    hasWords: !isOff(lastOf(given)),
  })),
  phrase_list: mapped(
    'key terms. In Vosk, nothing else is recognised then; here, everything else is, too',
    ({ values, warn }) => {
      warn('other words are recognised, too');
      return { keyterms: usableTerms(values.filter(isPhrase), warn) };
    },
  ),
  max_alternatives: ignored('there is one text', 'there is one text'),
  model: {
    treatment: 'ignored',
    note: 'the model of the server runs',
    read: (given) => {
      given.warn('the model of the server runs');
      return { model: lastOf(given) };
    },
  },
};

/** What the address asks for at which a client of Vosk connects. */
export interface VoskQuery {
  /** Whether the text has capital letters and punctuation. */
  readonly isPunctuated: boolean;
  readonly language: string;
}

/** The parameters of that address. Vosk has none: clients cannot send any, but people can write them into an address. */
export const voskQuery: ParameterTable<VoskQuery> = {
  punctuate: honoured(
    'an extension. If it is true, the text has capital letters and punctuation',
    (given) => ({
      isPunctuated: switchOf(given),
    }),
  ),
  language: honoured(
    'an extension: a BCP 47 tag, `multi` or `auto`; one that the model does not know is refused',
    languageIn,
  ),
};

/** Vosk's sign for all words that are in no phrase. */
const OTHER_WORDS = '[unk]';

function isPhrase(phrase: string): boolean {
  return phrase !== OTHER_WORDS;
}

function languageIn(given: GivenParameter): Partial<VoskQuery> {
  const tag = lastOf(given);
  return tag === '' ? {} : { language: languageOf(tag) };
}

function rateIn(given: GivenParameter): number {
  const { min, max } = protocolLimits.sampleRate;
  const rate = Math.round(numberIn(lastOf(given)) ?? NaN);
  if (rate >= min && rate <= max) return rate;
  throw new RequestError('sample_rate_out_of_range', { field: given.name, limit: `${min} to ${max}` });
}
