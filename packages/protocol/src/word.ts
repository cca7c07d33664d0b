import { z } from 'zod';

/** A word and its place, from what is heard to the record and the SDK. Seconds count from the start of the audio. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** From 0 to 1: the share of such words that are right. */
  readonly confidence: number;
  /** The words that were said, where the text is written otherwise. */
  readonly spoken?: string;
  /** What a term or number may be instead, likeliest first, at most three. */
  readonly alternatives?: readonly WordAlternative[];
  /** A medical term, key term or number that should be looked at. */
  readonly doubtful?: true;
}

/** What a word may be instead. */
export interface WordAlternative {
  /** To be put in place of the text. */
  readonly text: string;
  /** From 0 to 1, and with that of the word at most 1. */
  readonly confidence: number;
  /** How many words, this one and those behind it, it stands for, where these are several. */
  readonly words?: number;
}

const streamSeconds = z
  .number()
  .min(0)
  .meta({ description: 'Seconds since the first sample of the stream.' });
const confidence = z.number().min(0).max(1);

const wordAlternative: z.ZodType<WordAlternative> = z.object({
  text: z.string().min(1).meta({ description: 'To be put in place of the text.' }),
  confidence: confidence.meta({ description: 'How likely it is; with that of the word at most 1.' }),
  words: z.int().min(2).exactOptional().meta({
    description: 'How many words, this one and those behind it, it stands for, where these are several.',
  }),
});

/** The schema of {@link Word}. */
export const word: z.ZodType<Word> = z.object({
  text: z.string().min(1),
  start: streamSeconds,
  end: streamSeconds,
  confidence: confidence.meta({ description: 'The share of such words that are right.' }),
  spoken: z
    .string()
    .exactOptional()
    .meta({ description: 'The words that were said, where the text is written otherwise.' }),
  alternatives: z
    .array(wordAlternative)
    .max(3)
    .exactOptional()
    .meta({ description: 'What a term or number may be instead, likeliest first.' }),
  doubtful: z
    .literal(true)
    .exactOptional()
    .meta({ description: 'A medical term, key term or number that should be looked at.' }),
});
