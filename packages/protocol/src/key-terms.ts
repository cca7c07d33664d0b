import { z } from 'zod';
import { boundedList } from './bounded-list.js';
import { protocolLimits } from './limits.js';

const { keyTerms, keyTermLength, keyTermWords, keyTermWeight, keyTermSayings } = protocolLimits;

const words = z
  .string()
  .min(1)
  .max(keyTermLength.max)
  .refine((text) => text.trim().split(/\s+/u).length <= keyTermWords.max)
  .meta({ maxWords: keyTermWords.max });

/**
 * A word or phrase that is likely to be said, as it is to be written: either alone or with what is known about it.
 */
export const keyTerm = z.union([
  words,
  z.strictObject({
    text: words.meta({ description: 'The term as it is to be written.' }),
    weight: z
      .number()
      .min(keyTermWeight.min)
      .max(keyTermWeight.max)
      .optional()
      .meta({ default: 1, description: 'How much more likely the term is to be said than others.' }),
    soundsLike: boundedList(words, keyTermSayings.max)
      .optional()
      .meta({ description: 'Other ways to say the term, spelled in plain words: `h b a one c`.' }),
  }),
]);
export type KeyTerm = z.infer<typeof keyTerm>;

/** The key terms of a session. */
export const keyTermList = boundedList(keyTerm, keyTerms.max);

/** The terms that ship with the server: those of medicine in English, or none. */
export const lexicon = z.enum(['medical', 'none']);
export type Lexicon = z.infer<typeof lexicon>;
