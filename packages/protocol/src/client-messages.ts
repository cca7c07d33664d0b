import { z } from 'zod';
import { boundedList } from './bounded-list.js';
import { keyTermList } from './key-terms.js';
import { speakerCorrections } from './speakers.js';
import { initialSettings, endpointing, sessionSettings } from './recognition-settings.js';

/** Audio inside JSON, for clients that cannot send binary frames. */
export const audioMessage = z
  .object({
    type: z.literal('audio'),
    data: z.string().meta({
      contentEncoding: 'base64',
      description: 'Audio in the encoding and channels of the session.',
    }),
    sampleRate: sessionSettings.shape.sampleRate
      .optional()
      .meta({ description: 'Samples a second of this audio, where it differs from the session.' }),
  })
  .meta({
    description: 'Audio in JSON. A binary frame with the same bytes does the same for a third less traffic.',
    examples: [{ type: 'audio', data: 'AAABAAIAAwA=', sampleRate: 16000 }],
  });
export type AudioMessage = z.infer<typeof audioMessage>;

/** The end of the client's audio for now. */
export const stopMessage = z.object({ type: z.literal('stop') }).meta({
  description:
    'Asks for the finals of all audio sent. After them, opted-in clients get `stopped`. ' +
    'The socket stays open, and audio may continue afterwards on the same clock.',
  examples: [{ type: 'stop' }],
});
export type StopMessage = z.infer<typeof stopMessage>;

/** Names a session, and proves that it was the client's. */
const continuedSession = z.strictObject({
  sessionId: z.string().min(1).max(64).meta({ description: 'From its `ready`.' }),
  token: z.string().min(1).max(100).meta({ description: 'The resume token, from the same `ready`.' }),
});

/** How the session's audio is to be heard and what is to be sent. */
export const configureMessage = z
  .strictObject({
    type: z.literal('configure'),
    ...askedFor(sessionSettings.shape),
    endpointing: endpointing.partial().optional().meta({
      description: 'When an utterance ends. For fields that are left out, the settings of the server count.',
    }),
    keyterms: keyTermList.optional().meta({
      description:
        'Words and phrases that are likely to be said, each a text, as it is to be written, or an object. ' +
        'They replace those sent before; an empty list takes them back.',
    }),
    continues: continuedSession.optional().meta({
      description:
        'A session that can no longer be resumed, since its server was restarted, and that this one continues: speakers keep ' +
        'their numbers, names and roles. Only for whoever held that session, and with `speakers`.',
    }),
  })
  .meta({
    description:
      'Opts in and sets the session up. Allowed only before the first audio, but for `commands` alone. Answered by `ready`. ' +
      'Fields left out of a second `configure` stay as they are. Unknown fields are refused.',
    examples: [
      {
        type: 'configure',
        sampleRate: 48000,
        encoding: 'f32le',
        channels: 2,
        words: true,
        refine: 'on-stop',
        writtenForm: 'on',
        endpointing: { silenceMs: 700 },
      },
      {
        type: 'configure',
        keyterms: ['metoprolol', { text: 'HbA1c', weight: 1.5, soundsLike: ['h b a one c'] }],
        lexicon: 'medical',
      },
      {
        type: 'configure',
        commands: [
          { phrase: 'next field' },
          {
            id: 'insert',
            phrase: 'insert {template}',
            variables: { template: ['chest pain', 'normal exam'] },
          },
        ],
      },
    ],
  });
export type ConfigureMessage = z.infer<typeof configureMessage>;

/** The end of the current utterance, whether or not there is silence. */
export const finalizeMessage = z.object({ type: z.literal('finalize') }).meta({
  description:
    'Ends the current utterance now. After its finals, `speech` with the state `finalized` follows.',
  examples: [{ type: 'finalize' }],
});
export type FinalizeMessage = z.infer<typeof finalizeMessage>;

/** Who speaks, as a person says. */
const identifyMessage = speakerCorrections.extend({ type: z.literal('identify') }).meta({
  description:
    'Corrects who speaks, while a session goes on. The corrections are kept with the record, and later findings do not ' +
    'change them. Answered by the message `speakers`.',
  examples: [
    {
      type: 'identify',
      assign: [{ sequence: 3, words: [0, 4], speaker: 1 }],
      name: [{ speaker: 1, name: 'Ms. Okafor', role: 'patient' }],
    },
  ],
});
export type IdentifyMessage = z.infer<typeof identifyMessage>;

/** A sign of life while there is no audio. */
export const keepaliveMessage = z.object({ type: z.literal('keepalive') }).meta({
  description: 'Resets the idle timer. No answer.',
  examples: [{ type: 'keepalive' }],
});
export type KeepaliveMessage = z.infer<typeof keepaliveMessage>;

/** Resumes a session after its connection broke. */
export const resumeMessage = z
  .object({
    type: z.literal('resume'),
    sessionId: z.string().max(100).meta({ description: 'The `sessionId` of `ready`.' }),
    token: z.string().max(100).meta({ description: 'The `resume.token` of `ready`.' }),
    next: boundedList(z.int().min(0), 2).meta({
      description: 'The `sequence` of the next final that is missing, for each channel.',
    }),
  })
  .meta({
    description:
      'Resumes a session whose connection broke. The first message of a connection to `/ws/transcribe?resume`, ' +
      'and of no other. Answered by `resumed`, or by `resume_refused`, which ends the connection.',
    examples: [
      {
        type: 'resume',
        sessionId: '0197a1f0-6c1e-7c50-9d53-5a3b7f4f2c11',
        token: 'Zx0rX3l8mC1B7q2c9WwJ4uYhT6eKpVnDsFgAaQoLiRM',
        next: [4],
      },
    ],
  });
export type ResumeMessage = z.infer<typeof resumeMessage>;

/** The schema of each message that a client may send in a text frame, by its `type`. */
export const clientMessages = {
  audio: audioMessage,
  stop: stopMessage,
  configure: configureMessage,
  finalize: finalizeMessage,
  keepalive: keepaliveMessage,
  identify: identifyMessage,
  resume: resumeMessage,
} as const;

/** The `type` of a client message. */
export type ClientMessageType = keyof typeof clientMessages;

/** A message from a client, as it is written on the wire. */
export type ClientMessage = z.infer<(typeof clientMessages)[ClientMessageType]>;

/** The settings, each optional, with the values that count if they are left out. */
function askedFor<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  const defaults: Readonly<Record<string, unknown>> = initialSettings;
  return Object.fromEntries(
    Object.entries(shape).map(([name, value]) => {
      const optional = value.optional();
      return [name, name in defaults ? optional.meta({ default: defaults[name] }) : optional];
    }),
  ) as { readonly [Name in keyof Shape]: z.ZodOptional<Shape[Name]> };
}
