import { z } from 'zod';
import { audioEncoding, channelCount } from './audio-format.js';
import { lexicon } from './key-terms.js';
import { protocolLimits } from './limits.js';

/** When an utterance ends. */
export const endpointing = z.strictObject({
  silenceMs: z
    .int()
    .min(protocolLimits.silenceMs.min)
    .max(protocolLimits.silenceMs.max)
    .meta({ description: 'Silence that ends an utterance, milliseconds.' }),
  maxUtteranceSeconds: z
    .number()
    .min(protocolLimits.maxUtteranceSeconds.min)
    .max(protocolLimits.maxUtteranceSeconds.max)
    .meta({ description: 'An utterance that grows longer than this is cut at its quietest place, seconds.' }),
});
export type Endpointing = z.infer<typeof endpointing>;

/** What is made of speech: its text, or an English translation of it. */
export const transcriptionTask = z.enum(['transcribe', 'translate']);
export type TranscriptionTask = z.infer<typeof transcriptionTask>;

/** Whether a session that has stopped is heard again as a whole, for a better text beside the live one. */
export const refineMode = z.enum(['off', 'on-stop']);
export type RefineMode = z.infer<typeof refineMode>;

/** Whether something is done. */
export const onOrOff = z.enum(['off', 'on']);
export type OnOrOff = z.infer<typeof onOrOff>;

/** Everything that `configure` sets and `ready` reports. */
export const sessionSettings = z.object({
  sampleRate: z
    .int()
    .min(protocolLimits.sampleRate.min)
    .max(protocolLimits.sampleRate.max)
    .meta({
      description: 'Samples a second of binary frames, and of `audio` messages without a rate of their own.',
    }),
  encoding: audioEncoding.meta({
    description: 'How a sample is written: 16-bit integers or 32-bit floats, little-endian.',
  }),
  channels: channelCount.meta({
    description: 'Channels of the audio, interleaved. Each is transcribed separately.',
  }),
  partials: z.boolean().meta({ description: 'Whether partial hypotheses are sent.' }),
  words: z.boolean().meta({ description: 'Whether finals carry their words with times and confidences.' }),
  language: z.string().min(2).max(35).meta({
    description: 'Language of the speech, a BCP 47 tag such as `en`, or `auto` for a model that can tell.',
  }),
  task: transcriptionTask.meta({
    description: 'Text in the language of the speech, or in English where the model can translate.',
  }),
  refine: refineMode.meta({
    description: 'Whether the audio is heard again as a whole after `stop`, for the message `refined`.',
  }),
  writtenForm: onOrOff.meta({
    description:
      'Whether finals in English are put into written form, such as `25 mg` for `twenty five milligrams`.',
  }),
  dictationCommands: onOrOff.meta({
    description:
      'Whether `comma`, `new paragraph`, `scratch that` and the like are obeyed in finals in English, ' +
      'where they are a phrase of their own.',
  }),
  lexicon: lexicon.meta({
    description:
      'Whether the terms of medicine that ship with the server are listened for, in English speech without translation.',
  }),
  endpointing: endpointing.meta({ description: 'When an utterance ends.' }),
});
export type SessionSettings = z.infer<typeof sessionSettings>;

/** What every session starts with; all else starts as the server is set. */
export const defaultSessionSettings = {
  sampleRate: 16_000,
  encoding: 's16le',
  channels: 1,
  partials: true,
  words: false,
} as const satisfies Partial<SessionSettings>;
