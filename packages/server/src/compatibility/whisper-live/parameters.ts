import type { SampleEncoding, TranscriptionTask } from '@auscult/protocol';
import { RequestError } from '../../errors.js';
import { languageOf } from '../language.js';
import {
  accepted,
  honoured,
  ignored,
  mapped,
  type GivenParameter,
  type Parameter,
  type ParameterTable,
} from '../parameters.js';
import { listedTerms, PROMPT_NOTE } from '../prompt-terms.js';
import { lastOf, numberIn, switchOf } from '../values.js';

/** What a client of WhisperLive asks for. */
export interface WhisperLiveWishes {
  readonly language: string;
  readonly task: TranscriptionTask;
  /** The model, by the name that the client gave it. */
  readonly model: string;
  readonly hotwords: readonly string[];
  readonly prompted: readonly string[];
  /** Finals that are sent with each message, at most. */
  readonly mostSegments: number;
  /** Whether finals come with their words. */
  readonly hasWords: boolean;
  readonly encoding: SampleEncoding;
}

/** Finals in a message if the client asks for no other number. */
export const USUAL_SEGMENTS = 10;

/** The most finals in a message: each partial repeats them. */
const MOST_SEGMENTS = 100;

const NO_SPEAKERS = 'speakers are not told apart';
const NO_TRANSLATION = 'there is no translation beside the text; `task` asks for one in its place';

/** The fields of the first message. */
export const whisperLiveParameters: ParameterTable<WhisperLiveWishes> = {
  uid: honoured('back in every message', () => ({})),
  language: honoured(
    'one that the model does not know is refused; `null` is the one that the server is set to',
    languageIn,
  ),
  task: honoured('`transcribe`, or `translate` by a model that can', (given) => ({ task: taskIn(given) })),
  hotwords: terms((hotwords) => ({ hotwords })),
  initial_prompt: terms((prompted) => ({ prompted })),
  send_last_n_segments: honoured(
    `finals in each message, 1 to ${MOST_SEGMENTS}; ${USUAL_SEGMENTS} by default`,
    (given) => ({ mostSegments: segmentsIn(given) }),
  ),
  word_timestamps: honoured('completed segments come with `words`', (given) => ({
    hasWords: switchOf(given),
  })),
  audio_format: honoured('`float32`, the default, or `int16`', (given) => ({ encoding: encodingIn(given) })),
  model: {
    treatment: 'accepted',
    note: 'any name; the model of the server runs',
    read: (given) => ({ model: lastOf(given) }),
  },
  use_vad: accepted('there is always voice activity detection'),
  vad_parameters: accepted('voice activity detection is set by the server'),
  no_speech_thresh: accepted('what is no speech has no text'),
  clip_audio: accepted('silence has no text'),
  same_output_threshold: accepted('the end of an utterance completes its segment'),
  target_language: accepted('nothing is translated into other languages than English'),
  max_speakers: accepted(NO_SPEAKERS),
  enable_translation: ignored(NO_TRANSLATION, NO_TRANSLATION),
  enable_diarization: ignored(NO_SPEAKERS, NO_SPEAKERS),
  known_speakers: ignored(NO_SPEAKERS, NO_SPEAKERS),
};

function terms(
  wishesOf: (terms: readonly string[]) => Partial<WhisperLiveWishes>,
): Parameter<WhisperLiveWishes> {
  return mapped(PROMPT_NOTE, ({ values, warn }) => {
    const listed = listedTerms(values.join('\n'), warn);
    return listed === undefined ? {} : wishesOf(listed);
  });
}

function languageIn(given: GivenParameter): Partial<WhisperLiveWishes> {
  const tag = lastOf(given);
  return tag === '' ? {} : { language: languageOf(tag) };
}

function taskIn(given: GivenParameter): TranscriptionTask {
  const task = lastOf(given);
  if (task === 'transcribe' || task === 'translate') return task;
  throw new RequestError('invalid_request', { field: given.name, limit: 'transcribe or translate' });
}

function encodingIn(given: GivenParameter): SampleEncoding {
  const format = lastOf(given);
  if (format === 'float32') return 'f32le';
  if (format === 'int16') return 's16le';
  throw new RequestError('invalid_request', { field: given.name, limit: 'float32 or int16' });
}

function segmentsIn(given: GivenParameter): number {
  const wanted = Math.round(numberIn(lastOf(given)) ?? USUAL_SEGMENTS);
  const sent = Math.min(MOST_SEGMENTS, Math.max(1, wanted));
  if (sent !== wanted) given.warn(`1 to ${MOST_SEGMENTS} finals are sent with each message`);
  return sent;
}
