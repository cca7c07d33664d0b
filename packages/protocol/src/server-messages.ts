import { z } from 'zod';
import { dropReasons } from './drop-reasons.js';
import { errorCodes } from './error-codes.js';
import { PROTOCOL } from './limits.js';
import { sessionSettings } from './recognition-settings.js';
import { knownSpeaker, speakerNumber, speakerRevision } from './speakers.js';
import { warningCodes } from './warning-codes.js';
import { word } from './word.js';

const streamSeconds = z.number().min(0);
const confidence = z.number().min(0).max(1);
const channel = z
  .int()
  .min(0)
  .max(1)
  .meta({ description: 'Which channel, counted from 0. Sent for audio of two channels.' });

/** The first message of every connection. */
export const connectionMessage = z
  .object({
    type: z.literal('connection'),
    status: z.literal('connected'),
    message: z.string().meta({ description: 'A greeting for people.' }),
    model: z.string().meta({ description: 'Name of the model that transcribes.' }),
  })
  .meta({
    audience: 'everyone',
    description: 'The first message of every connection: audio may be sent.',
    examples: [
      {
        type: 'connection',
        status: 'connected',
        message: 'Real-time transcription ready',
        model: 'moonshine-base',
      },
    ],
  });
export type ConnectionMessage = z.infer<typeof connectionMessage>;

/** Recognised text, final or still growing. */
export const transcriptionMessage = z
  .object({
    type: z.literal('transcription'),
    text: z
      .string()
      .meta({ description: 'What was said. Never empty, except beside `removes` or `unsettled`.' }),
    unsettled: z.string().optional().meta({
      description:
        'Of partials, if `configure` asked for it: what was heard behind `text`, to be shown right behind it. Unlike `text`, it may change with the next partial, and is in no record.',
    }),
    timestamp: z.iso.datetime().meta({ description: 'When the message was made.' }),
    isFinal: z.boolean().meta({
      description:
        'Whether the text is final and will not change. Clients that did not opt in get only finals.',
    }),
    sequence: z.int().min(0).meta({
      description:
        'Counts the utterances of a channel from 0. A partial has the number that its final will have.',
    }),
    start: streamSeconds.meta({
      description: 'Where the utterance begins, seconds since the first sample of the stream.',
    }),
    end: streamSeconds.meta({
      description: 'Where it ends. For a final: all audio of the channel before this moment is transcribed.',
    }),
    confidence: confidence.meta({ description: 'How sure the model is of the text.' }),
    channel: channel.optional(),
    language: z.string().optional().meta({ description: 'Language of the text, a BCP 47 tag.' }),
    spoken: z.string().optional().meta({
      description:
        'What was said, word by word, where `text` differs by `writtenForm` or `dictationCommands`. Partials are always as spoken.',
    }),
    removes: z.array(z.int().min(0)).optional().meta({
      description:
        'The `sequence` of each final of the channel that the speaker takes back by `scratch that`: their text no longer counts.',
    }),
    words: z
      .array(word)
      .optional()
      .meta({ description: 'The words of a final, where `configure` asked for them.' }),
    speaker: speakerNumber.optional().meta({
      description:
        'Who said most of it, where `speakers` was asked for and it can be told. May change later: see the message `speakers`.',
    }),
  })
  .meta({
    audience: 'everyone',
    description:
      'Recognised text. A partial replaces the earlier partial with the same `sequence` and `channel`.',
    examples: [
      {
        type: 'transcription',
        text: 'No chest pain.',
        timestamp: '2026-01-31T09:30:00.250Z',
        isFinal: true,
        sequence: 0,
        start: 0.42,
        end: 1.58,
        confidence: 0.93,
        language: 'en',
        words: [
          { text: 'No', start: 0.42, end: 0.6, confidence: 0.97 },
          { text: 'chest', start: 0.6, end: 1.02, confidence: 0.95 },
          { text: 'pain.', start: 1.02, end: 1.58, confidence: 0.91 },
        ],
      },
      {
        type: 'transcription',
        text: 'Aspirin 81 mg.',
        spoken: 'Aspirin eighty one milligrams.',
        timestamp: '2026-01-31T09:30:04.100Z',
        isFinal: true,
        sequence: 1,
        start: 3.1,
        end: 5.2,
        confidence: 0.92,
        language: 'en',
        words: [
          { text: 'Aspirin', start: 3.1, end: 3.7, confidence: 0.94 },
          { text: '81', start: 3.7, end: 4.5, confidence: 0.9, spoken: 'eighty one' },
          { text: 'mg.', start: 4.5, end: 5.2, confidence: 0.95, spoken: 'milligrams.' },
        ],
      },
      {
        type: 'transcription',
        text: 'Vinblastine 15 mg.',
        spoken: 'Vinblastine fifteen milligrams.',
        timestamp: '2026-01-31T09:30:08.300Z',
        isFinal: true,
        sequence: 2,
        start: 6.2,
        end: 8.4,
        confidence: 0.84,
        language: 'en',
        words: [
          {
            text: 'Vinblastine',
            start: 6.2,
            end: 7.1,
            confidence: 0.58,
            alternatives: [{ text: 'Vincristine', confidence: 0.41 }],
            doubtful: true,
          },
          {
            text: '15',
            start: 7.1,
            end: 7.7,
            confidence: 0.86,
            spoken: 'fifteen',
            alternatives: [{ text: '50', confidence: 0.11 }],
          },
          { text: 'mg.', start: 7.7, end: 8.4, confidence: 0.95, spoken: 'milligrams.' },
        ],
      },
    ],
  });
export type TranscriptionMessage = z.infer<typeof transcriptionMessage>;

/** A command that the speaker gave. */
export const commandMessage = z
  .object({
    type: z.literal('command'),
    id: z.string().optional().meta({ description: 'The `id` of the command, where it has one.' }),
    phrase: z.string().meta({ description: 'Its phrase, as it was registered.' }),
    variables: z.record(z.string(), z.string()).meta({
      description:
        'What each variable was, by its name: one of its values, or the words that were said for free text, in written form where that is on.',
    }),
    text: z.string().meta({ description: 'What was heard, word by word: what would otherwise be text.' }),
    timestamp: z.iso.datetime().meta({ description: 'When the message was made.' }),
    sequence: z
      .int()
      .min(0)
      .meta({ description: 'As of a final: the utterance that was the command has no other.' }),
    start: streamSeconds.meta({
      description: 'Where the utterance begins, seconds since the first sample of the stream.',
    }),
    end: streamSeconds.meta({
      description: 'Where it ends. All audio of the channel before this moment is transcribed.',
    }),
    confidence: confidence.meta({ description: 'How sure the model is of the words.' }),
    channel: channel.optional(),
  })
  .meta({
    audience: 'opted-in',
    description:
      'The speaker gave one of the `commands`: instead of the final of that utterance. Its partial is to be removed.',
    examples: [
      {
        type: 'command',
        id: 'insert',
        phrase: 'insert {template}',
        variables: { template: 'chest pain' },
        text: 'Insert chest pain.',
        timestamp: '2026-01-31T09:30:12.100Z',
        sequence: 3,
        start: 10.2,
        end: 11.4,
        confidence: 0.93,
      },
    ],
  });
export type CommandMessage = z.infer<typeof commandMessage>;

/** Something that did not go as asked. */
export const errorMessage = z
  .object({
    type: z.literal('error'),
    message: z.string().meta({ description: 'What went wrong, what is allowed and what to do, for people.' }),
    code: z.enum(errorCodes).meta({ description: 'Stable name of the error, see the table of error codes.' }),
    field: z.string().optional().meta({ description: 'The field that the error is about.' }),
    limit: z.string().optional().meta({ description: 'What is allowed.' }),
    start: streamSeconds.optional().meta({
      description:
        'For `audio_lost`: where the lost audio begins, seconds since the first sample of the stream.',
    }),
    end: streamSeconds.optional().meta({ description: 'For `audio_lost`: where the lost audio ends.' }),
    channel: channel.optional(),
    retryable: z.boolean().meta({ description: 'Whether the very same message can succeed later.' }),
  })
  .meta({
    audience: 'everyone',
    description: 'Something did not go as asked. The session goes on unless the code ends the connection.',
    examples: [
      {
        type: 'error',
        message:
          'endpointing.silenceMs: The value is missing or not allowed. Allowed: a whole number from 200 to 3000. ' +
          'Correct it and send the message again.',
        code: 'invalid_message',
        field: 'endpointing.silenceMs',
        limit: 'a whole number from 200 to 3000',
        retryable: false,
      },
    ],
  });
export type ErrorMessage = z.infer<typeof errorMessage>;

/** How the session is set up. */
export const readyMessage = z
  .object({
    type: z.literal('ready'),
    sessionId: z.string().meta({ description: 'Name of the session, as in the logs of the server.' }),
    protocol: z.literal(PROTOCOL),
    model: z.string().meta({ description: 'Name of the model that transcribes.' }),
    ...sessionSettings.shape,
    keyterms: z.int().min(0).meta({
      description: 'How many key terms are listened for, including those of the server and of the tenant.',
    }),
    limits: z
      .object({
        maxFrameBytes: z.int().min(1).meta({ description: 'The largest frame that is accepted, bytes.' }),
        maxBufferedSeconds: z.number().min(0).meta({
          description: 'Audio waiting for its final above which the server pauses reading, seconds.',
        }),
      })
      .meta({ description: 'The limits for the client.' }),
    resume: z
      .object({
        token: z
          .string()
          .meta({ description: 'Proves the right to resume. To be kept as secret as what is said.' }),
        seconds: z.number().min(0).meta({ description: 'How long the session outlives its connection.' }),
      })
      .optional()
      .meta({ description: 'How to resume if the connection breaks, where the server keeps sessions.' }),
  })
  .meta({
    audience: 'opted-in',
    description:
      'The settings in force: after `connection` for a client that asked for the subprotocol, and after each `configure`.',
    examples: [
      {
        type: 'ready',
        sessionId: '0197a1f0-6c1e-7c50-9d53-5a3b7f4f2c11',
        protocol: 'auscult.v1',
        model: 'moonshine-base',
        sampleRate: 16000,
        encoding: 's16le',
        channels: 1,
        partials: true,
        unsettled: false,
        words: false,
        language: 'en',
        task: 'transcribe',
        refine: 'off',
        writtenForm: 'off',
        dictationCommands: 'off',
        commands: [],
        lexicon: 'medical',
        speakers: 'off',
        endpointing: { silenceMs: 500, sentences: 'on', maxUtteranceSeconds: 20 },
        keyterms: 230,
        limits: { maxFrameBytes: 262144, maxBufferedSeconds: 30 },
        resume: { token: 'Zx0rX3l8mC1B7q2c9WwJ4uYhT6eKpVnDsFgAaQoLiRM', seconds: 300 },
      },
    ],
  });
export type ReadyMessage = z.infer<typeof readyMessage>;

const receivedSamples = z.int().min(0).meta({
  description:
    'Samples of each channel that were taken, as the client counts those it sent; of a container, bytes, and of Opus, packets.',
});

/** The answer to `resume`. */
export const resumedMessage = z
  .object({ type: z.literal('resumed'), sessionId: z.string(), receivedSamples })
  .meta({
    audience: 'opted-in',
    description:
      'The session goes on: the client sends its audio from `receivedSamples` on, and each `stop` and `finalize` ' +
      'that was not answered. Finals that it has not received follow, and other events from while it was away.',
    examples: [
      { type: 'resumed', sessionId: '0197a1f0-6c1e-7c50-9d53-5a3b7f4f2c11', receivedSamples: 1600000 },
    ],
  });
export type ResumedMessage = z.infer<typeof resumedMessage>;

/** How far the server has come. */
export const acknowledgedMessage = z
  .object({
    type: z.literal('acknowledged'),
    receivedSamples: receivedSamples.meta({
      description:
        'Samples of each channel that were taken, as the client counts those it sent; of a container, bytes, and of Opus, packets. Where the server keeps a journal, only those that would survive a crash. Never less than before, also after a resume at another server.',
    }),
    settledSeconds: streamSeconds.meta({
      description:
        'Up to this moment, all audio is transcribed or holds no speech; its finals, if any, were sent before. ' +
        'Seconds since the first sample of the stream. Never less than before.',
    }),
  })
  .meta({
    audience: 'opted-in',
    description:
      'Comes every two seconds, whatever else is sent. A client need not keep settled audio to send it again, ' +
      'and may consider a connection dead that has been silent for much longer.',
    examples: [{ type: 'acknowledged', receivedSamples: 1600000, settledSeconds: 96.4 }],
  });
export type AcknowledgedMessage = z.infer<typeof acknowledgedMessage>;

/** Where speech begins and ends. */
export const speechMessage = z
  .object({
    type: z.literal('speech'),
    state: z.enum(['started', 'ended', 'finalized']).meta({
      description: '`started` and `ended` follow the voice; `finalized` answers `finalize` after its finals.',
    }),
    at: streamSeconds.meta({ description: 'Seconds since the first sample of the stream.' }),
    channel: channel.optional(),
  })
  .meta({
    audience: 'opted-in',
    description: 'The speaker began or ended, or `finalize` is done.',
    examples: [{ type: 'speech', state: 'started', at: 0.42 }],
  });
export type SpeechMessage = z.infer<typeof speechMessage>;

/** The answer to `stop`. */
export const stoppedMessage = z
  .object({
    type: z.literal('stopped'),
    audioSeconds: streamSeconds.meta({ description: 'Audio received since the connection began, seconds.' }),
    speechSeconds: streamSeconds.meta({
      description: 'Speech in the finals, seconds, all channels together.',
    }),
    utterances: z.int().min(0).meta({ description: 'Finals sent.' }),
    words: z.int().min(0).meta({ description: 'Words in the finals sent.' }),
    refinement: z
      .object({
        id: z
          .string()
          .meta({ description: 'The id of the transcription, here and at `/api/v1/transcriptions`.' }),
      })
      .optional()
      .meta({
        description: 'The audio since the previous `stop` is heard again; `refined` brings its text.',
      }),
  })
  .meta({
    audience: 'opted-in',
    description:
      'Answers `stop`, after the finals of all audio sent before it. Holds totals of the connection so far.',
    examples: [
      { type: 'stopped', audioSeconds: 12.5, speechSeconds: 9.1, utterances: 4, words: 23 },
      {
        type: 'stopped',
        audioSeconds: 12.5,
        speechSeconds: 9.1,
        utterances: 4,
        words: 23,
        refinement: { id: '3f0c8b52-7a1d-4c0e-9a55-0f7f5d1f2a90' },
      },
    ],
  });
export type StoppedMessage = z.infer<typeof stoppedMessage>;

/** The text of a session that was heard again as a whole. */
export const refinedMessage = z
  .object({
    type: z.literal('refined'),
    id: z.string().meta({ description: 'The `refinement.id` of the `stopped` that announced it.' }),
    text: z.string().meta({ description: 'All text; empty if nothing was said.' }),
    segments: z
      .array(
        z.object({
          start: streamSeconds.meta({ description: 'Seconds since the first sample of the stream.' }),
          end: streamSeconds.meta({ description: 'Seconds since the first sample of the stream.' }),
          text: z.string().min(1),
          spoken: z
            .string()
            .optional()
            .meta({ description: 'What was said, if the text is written differently.' }),
          confidence,
          channel: channel.optional(),
          speaker: speakerNumber.optional().meta({
            description: 'Who said it, if `speakers` was asked for and it can be told.',
          }),
        }),
      )
      .meta({ description: 'What was said, ordered by the beginnings.' }),
    audioSeconds: streamSeconds.meta({ description: 'Audio that was heard again, seconds.' }),
  })
  .meta({
    audience: 'opted-in',
    description:
      'The text of the audio between two `stop` messages, heard again with all of its context if `refine` is `on-stop`. ' +
      'It stands beside the finals, which do not change. It can also be fetched over HTTP, ' +
      'even after the connection has ended.',
    examples: [
      {
        type: 'refined',
        id: '3f0c8b52-7a1d-4c0e-9a55-0f7f5d1f2a90',
        text: 'No chest pain. No shortness of breath.',
        segments: [
          { start: 0.42, end: 1.58, text: 'No chest pain.', confidence: 0.95 },
          { start: 2.1, end: 3.62, text: 'No shortness of breath.', confidence: 0.94 },
        ],
        audioSeconds: 12.5,
      },
    ],
  });
export type RefinedMessage = z.infer<typeof refinedMessage>;

/** Something that the client should know while the session goes on. */
export const warningMessage = z
  .object({
    type: z.literal('warning'),
    code: z
      .enum(warningCodes)
      .meta({ description: 'Stable name of the warning, see the table of warnings.' }),
    message: z.string().meta({
      description: 'What is done differently from what was asked for, and what to do, in words for people.',
    }),
    count: z.int().min(1).optional().meta({ description: 'How many key terms the warning is about.' }),
  })
  .meta({
    audience: 'opted-in',
    description: 'Something differs from what was asked for. The session goes on and no audio is lost.',
    examples: [
      {
        type: 'warning',
        code: 'key_terms_ignored',
        message:
          'Some key terms are left out, the others count. Left out: 2 that are in the list already. ' +
          'Send each term once, as it is written in the language of the session.',
        count: 2,
      },
    ],
  });
export type WarningMessage = z.infer<typeof warningMessage>;

/** Words that were shown are not kept. */
export const droppedMessage = z
  .object({
    type: z.literal('dropped'),
    reason: z.enum(dropReasons).meta({ description: 'Stable name of the reason, see the table of reasons.' }),
    message: z.string().meta({ description: 'Why, for people.' }),
    sequence: z.int().min(0).meta({
      description:
        'The `sequence` of the partials that were shown. A final with it, if there is one, came before; otherwise what is said next takes the number.',
    }),
    start: streamSeconds.meta({
      description: 'Where the utterance begins, seconds since the first sample of the stream.',
    }),
    end: streamSeconds.meta({ description: 'Seconds since the first sample of the stream.' }),
    channel: channel.optional(),
  })
  .meta({
    audience: 'opted-in',
    description:
      'Words that partials have shown are in no final, or were cut out of it. The partial of an utterance without a final ' +
      'is to be removed. What a final takes back is in its `removes`.',
    examples: [
      {
        type: 'dropped',
        reason: 'invented',
        message: 'The words were more likely invented from noise than spoken.',
        sequence: 4,
        start: 12.48,
        end: 13.6,
      },
    ],
  });
export type DroppedMessage = z.infer<typeof droppedMessage>;

/** Who speaks, where it has changed or is better known. */
export const speakersMessage = z
  .object({
    type: z.literal('speakers'),
    revised: z
      .array(speakerRevision)
      .meta({ description: 'Words of earlier finals that belong to somebody else than was said before.' }),
    speakers: z
      .array(knownSpeaker)
      .meta({ description: 'Everybody heard so far, and what is known of them.' }),
    settledSeconds: streamSeconds.meta({
      description:
        'Up to this moment, only people change who spoke. Seconds since the first sample of the stream.',
    }),
  })
  .meta({
    audience: 'opted-in',
    description:
      'Who speaks, if `configure` asked for `speakers`. Sent when words that were sent already turn out to be of another ' +
      'speaker, and when a name or a role changes.',
    examples: [
      {
        type: 'speakers',
        revised: [{ sequence: 3, words: [0, 4], speaker: 1, speakerConfidence: 0.97 }],
        speakers: [
          { speaker: 0, name: 'Dr. Moreau', role: 'clinician' },
          { speaker: 1, suggestedRole: 'patient' },
        ],
        settledSeconds: 31.5,
      },
    ],
  });
export type SpeakersMessage = z.infer<typeof speakersMessage>;

/** The schema of each message that a server sends, by its `type`. */
export const serverMessages = {
  connection: connectionMessage,
  transcription: transcriptionMessage,
  command: commandMessage,
  error: errorMessage,
  ready: readyMessage,
  resumed: resumedMessage,
  acknowledged: acknowledgedMessage,
  speech: speechMessage,
  stopped: stoppedMessage,
  refined: refinedMessage,
  warning: warningMessage,
  dropped: droppedMessage,
  speakers: speakersMessage,
} as const;

/** The `type` of a server message. */
export type ServerMessageType = keyof typeof serverMessages;

/** A message from the server. */
export type ServerMessage = z.infer<(typeof serverMessages)[ServerMessageType]>;
