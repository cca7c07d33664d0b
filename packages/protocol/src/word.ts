import { z } from 'zod';
import { speakerConfidence, speakerNumber } from './speakers.js';

/** A word of a text and its times, in the protocol, the record and the SDK. Seconds count from the start of the audio. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** From 0 to 1: the share of words with this confidence that are right. */
  readonly confidence: number;
  /** The words that were said, if the text is written differently. */
  readonly spoken?: string;
  /** Other words that may have been said in place of a term or number, the likeliest first, at most three. */
  readonly alternatives?: readonly WordAlternative[];
  /** A medical term, key term or number that should be looked at. */
  readonly doubtful?: true;
  /** Who said it, counted from 0, if speakers are told apart. */
  readonly speaker?: number;
  /** From 0 to 1: the share of words with this confidence that are given to the right speaker. */
  readonly speakerConfidence?: number;
}

/** What may have been said instead of a word. */
export interface WordAlternative {
  /** The text to put in place of the word's. */
  readonly text: string;
  /** How likely it is, from 0 to 1. Together with the word's confidence it is at most 1. */
  readonly confidence: number;
  /** How many words it replaces, counting this one and those after it; absent if it replaces only this one. */
  readonly words?: number;
}

const streamSeconds = z
  .number()
  .min(0)
  .meta({ description: 'Seconds since the first sample of the stream.' });
const confidence = z.number().min(0).max(1);

const wordAlternative: z.ZodType<WordAlternative> = z.object({
  text: z.string().min(1).meta({ description: "The text to put in place of the word's." }),
  confidence: confidence.meta({
    description: "How likely it is. Together with the word's confidence it is at most 1.",
  }),
  words: z.int().min(2).exactOptional().meta({
    description:
      'How many words it replaces, counting this one and those after it; absent if it replaces only this one.',
  }),
});

/** The schema of {@link Word}. */
export const word: z.ZodType<Word> = z.object({
  text: z.string().min(1),
  start: streamSeconds,
  end: streamSeconds,
  confidence: confidence.meta({ description: 'The share of words with this confidence that are right.' }),
  spoken: z
    .string()
    .exactOptional()
    .meta({ description: 'The words that were said, if the text is written differently.' }),
  alternatives: z.array(wordAlternative).max(3).exactOptional().meta({
    description: 'Other words that may have been said in place of a term or number, the likeliest first.',
  }),
  doubtful: z
    .literal(true)
    .exactOptional()
    .meta({ description: 'A medical term, key term or number that should be looked at.' }),
  speaker: speakerNumber.exactOptional(),
  speakerConfidence: speakerConfidence.exactOptional(),
});
