import { z } from 'zod';
import { boundedList } from './bounded-list.js';
import { protocolLimits } from './limits.js';

/** How many people speak at one microphone: `off` tells nobody apart, `auto` finds out how many there are. */
export const speakerCount = z.union([
  z.enum(['off', 'auto']),
  z.int().min(1).max(protocolLimits.speakers.max),
]);
export type SpeakerCount = z.infer<typeof speakerCount>;

/** The number of somebody who speaks. With two channels it is the channel. */
export const speakerNumber = z
  .int()
  .min(0)
  .max(protocolLimits.speakers.highest)
  .meta({ description: 'Who speaks, counted from 0 in the order in which people are first heard.' });

/** How sure it is who spoke. */
export const speakerConfidence = z.number().min(0).max(1).meta({
  description: 'The share of words with this confidence that are given to the right speaker.',
});

/** The part that somebody has in the conversation. */
export const speakerRole = z.enum(['clinician', 'patient', 'other']);
export type SpeakerRole = z.infer<typeof speakerRole>;

const speakerName = z.string().trim().min(1).max(protocolLimits.speakerName.max);

/** What is known of somebody who speaks in a session. */
export const knownSpeaker = z.object({
  speaker: speakerNumber,
  name: speakerName.optional().meta({ description: 'Given by a person, or that of an enrolled voice.' }),
  role: speakerRole.optional().meta({ description: 'Given or confirmed by a person.' }),
  suggestedRole: speakerRole
    .optional()
    .meta({ description: 'A guess, where nobody has said more: whoever asks is the clinician.' }),
});
export type KnownSpeaker = z.infer<typeof knownSpeaker>;

/** The first and last of some words of a final, counted from 0 in `words`. */
export const wordRange = z.tuple([z.int().min(0), z.int().min(0)]).meta({
  description: 'The first and the last of the words that it is about, counted from 0 within the final.',
});

const channel = z.int().min(0).max(1).optional().meta({
  description: 'The channel of the final, counted from 0; 0 if it is left out.',
});

/** Words that a person gives to another speaker. */
export const speakerAssignment = z.strictObject({
  sequence: z.int().min(0).meta({ description: 'The `sequence` of the final.' }),
  channel,
  words: wordRange.optional().meta({
    description:
      'The first and the last word, counted from 0 within the final; all of them if it is left out.',
  }),
  speaker: speakerNumber.meta({ description: 'Who said them. May be a new number.' }),
});
export type SpeakerAssignment = z.infer<typeof speakerAssignment>;

/** What a person corrects about who speaks. It stays as they say, whatever is found out later. */
export const speakerCorrections = z.strictObject({
  assign: boundedList(speakerAssignment, protocolLimits.speakerCorrections.max)
    .optional()
    .meta({ description: 'Words to give to somebody else.' }),
  merge: boundedList(
    z.strictObject({ from: speakerNumber, into: speakerNumber }),
    protocolLimits.speakers.highest + 1,
  )
    .optional()
    .meta({ description: 'Two speakers that are one: all words of `from` become those of `into`.' }),
  name: boundedList(
    z.strictObject({
      speaker: speakerNumber,
      name: speakerName.nullable().optional().meta({ description: 'Null takes it back.' }),
      role: speakerRole.nullable().optional().meta({ description: 'Null takes it back.' }),
    }),
    protocolLimits.speakers.highest + 1,
  )
    .optional()
    .meta({ description: 'Names and roles to give or to take back; what is left out stays.' }),
});
export type SpeakerCorrections = z.infer<typeof speakerCorrections>;

/** Words of a final whose speaker has changed. */
export const speakerRevision = z.object({
  sequence: z.int().min(0).meta({ description: 'The `sequence` of the final.' }),
  channel,
  words: wordRange,
  speaker: speakerNumber,
  speakerConfidence: speakerConfidence.optional(),
});
export type SpeakerRevision = z.infer<typeof speakerRevision>;
