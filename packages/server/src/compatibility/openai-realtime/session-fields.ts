import { onOrOff, protocolLimits } from '@auscult/protocol';
import { languageOf } from '../language.js';
import type { ParameterWarning, Treatment } from '../parameters.js';
import { termsInPrompt } from '../prompt-terms.js';
import { RequestError } from '../../errors.js';
import { usableTerms } from '../usable-terms.js';
import type { SentKeyTerms } from '../../reading/client-text.js';

/** The audio that a client sends, as the interface writes it. */
export type AudioFormat =
  | { readonly type: 'audio/pcm'; readonly rate: number }
  | { readonly type: 'audio/pcmu' }
  | { readonly type: 'audio/pcma' };

/** Who ends a turn: the server in a silence, or the client by `input_audio_buffer.commit`. */
type TurnDetection = 'server_vad' | 'semantic_vad' | 'none';

/** What the fields of a session ask for; what is undefined stays as it is. */
export interface SessionWishes {
  readonly format: AudioFormat;
  readonly noiseReduction: object | undefined;
  readonly model: string;
  readonly language: string;
  readonly prompt: string;
  readonly promptTerms: SentKeyTerms;
  readonly keywords: SentKeyTerms;
  readonly writtenForm: 'on' | 'off';
  readonly turnDetection: TurnDetection;
  readonly eagerness: Eagerness;
  readonly silenceMs: number;
  readonly threshold: number;
  readonly prefixPaddingMs: number;
}

type Eagerness = keyof typeof SILENCE_OF_EAGERNESS;

/** Silence that ends a turn where meaning would have decided, milliseconds. */
export const SILENCE_OF_EAGERNESS = { low: 2000, auto: 1000, medium: 1000, high: 500 } as const;

/** A field of a session as it was given. */
interface GivenField {
  /** The field as the client wrote it, such as `session.input_audio_format`. */
  readonly written: string;
  /** Never null, except in fields for which null has a meaning. */
  readonly value: unknown;
  /** Notes that the field does not do what was asked. The reason holds no value. */
  readonly warn: (reason: string) => void;
}

/** A field of a session. */
export interface SessionField {
  readonly treatment: Treatment;
  /** What it does here, for people; Markdown on one line. */
  readonly note: string;
  /** Whether null is a value of its own, rather than that the field is left out. */
  readonly takesNull?: true;
  /** What it asks for. Throws a `RequestError` that names the field, only for what cannot be ignored. */
  readonly read: (given: GivenField) => Partial<SessionWishes>;
}

const INPUT = 'audio.input';

/** Fields that hold others. */
export const GROUPS: ReadonlySet<string> = new Set([
  'audio',
  INPUT,
  `${INPUT}.transcription`,
  `${INPUT}.turn_detection`,
]);

/** The names that fields of the beta interface had. Clients of today use some of them, too. */
export const BETA_NAMES: ReadonlyMap<string, string> = new Map([
  ['input_audio_format', `${INPUT}.format`],
  ['input_audio_transcription', `${INPUT}.transcription`],
  ['input_audio_noise_reduction', `${INPUT}.noise_reduction`],
  ['turn_detection', `${INPUT}.turn_detection`],
]);

const nothing = (note: string): SessionField => ({ treatment: 'accepted', note, read: () => ({}) });

/** Every field of a session that is known, by its name today. */
export const SESSION_FIELDS: Readonly<Record<string, SessionField>> = {
  type: {
    treatment: 'honoured',
    note: '`transcription`, the default; `realtime` is refused, since nobody answers here',
    read: ({ written, value }) => {
      if (value === 'realtime') throw new RequestError('unsupported_session_type', { field: written });
      return {};
    },
  },
  [`${INPUT}.format`]: {
    treatment: 'honoured',
    note: '`audio/pcm` of 8,000 to 48,000 Hz, 24,000 by default, `audio/pcmu`, `audio/pcma`; `pcm16`, `g711_ulaw`, `g711_alaw`',
    read: ({ written, value }) => ({ format: formatOf(written, value) }),
  },
  [`${INPUT}.noise_reduction`]: {
    treatment: 'accepted',
    note: 'nothing is done to the audio',
    takesNull: true,
    read: ({ value }) => ({ noiseReduction: noiseReductionOf(value) }),
  },
  [`${INPUT}.transcription`]: nothing('`null` changes nothing: there is always text'),
  [`${INPUT}.transcription.model`]: {
    treatment: 'accepted',
    note: 'any name; the model of the server runs, and is named in the answer',
    read: ({ value }) => (typeof value === 'string' ? { model: value } : {}),
  },
  [`${INPUT}.transcription.language`]: {
    treatment: 'honoured',
    note: 'one that the model does not know is refused',
    read: ({ value }) => (typeof value === 'string' && value !== '' ? { language: languageOf(value) } : {}),
  },
  [`${INPUT}.transcription.languages`]: {
    treatment: 'mapped',
    note: 'one is the language, of several the model chooses among all it knows',
    read: ({ value }) => {
      const tags = stringsIn(value);
      const [only = 'auto'] = tags;
      return tags.length === 0 ? {} : { language: tags.length === 1 ? languageOf(only) : 'auto' };
    },
  },
  [`${INPUT}.transcription.prompt`]: {
    treatment: 'mapped',
    note: 'a list of terms, cut at `,`, `;` and line breaks, becomes key terms; running text is ignored',
    read: ({ value, warn }) => {
      if (typeof value !== 'string') return {};
      const terms = termsInPrompt(value);
      if (terms === undefined) warn('only lists of terms are used');
      return { prompt: value, promptTerms: usableTerms(terms ?? [], warn) };
    },
  },
  [`${INPUT}.transcription.keywords`]: {
    treatment: 'mapped',
    note: 'key terms',
    read: ({ value, warn }) => ({ keywords: usableTerms(Array.isArray(value) ? value : [], warn) }),
  },
  [`${INPUT}.transcription.delay`]: nothing('text comes as soon as it is stable'),
  [`${INPUT}.transcription.writtenForm`]: {
    treatment: 'honoured',
    note: 'of this server: `on` writes `25 mg` for `twenty five milligrams`',
    read: ({ value, warn }) => {
      const { data } = onOrOff.safeParse(value);
      if (data === undefined) warn('neither on nor off');
      return data === undefined ? {} : { writtenForm: data };
    },
  },
  [`${INPUT}.turn_detection`]: {
    treatment: 'honoured',
    note: '`null`: the client commits',
    takesNull: true,
    read: ({ value }) => (value === null ? { turnDetection: 'none' } : {}),
  },
  [`${INPUT}.turn_detection.type`]: {
    treatment: 'mapped',
    note: '`server_vad`; `semantic_vad` is `server_vad` with a silence by its `eagerness`; `none` as `null`',
    read: ({ value, warn }) => {
      const type = TURN_DETECTIONS.find((known) => known === value);
      if (type === undefined) warn('not known');
      return type === undefined ? {} : { turnDetection: type };
    },
  },
  [`${INPUT}.turn_detection.eagerness`]: {
    treatment: 'mapped',
    note: 'a silence of 2000 ms for `low`, 1000 for `medium` and `auto`, 500 for `high`',
    read: ({ value }) => {
      const eagerness = EAGERNESSES.find((known) => known === value);
      return eagerness === undefined ? {} : { eagerness };
    },
  },
  [`${INPUT}.turn_detection.silence_duration_ms`]: {
    treatment: 'honoured',
    note: 'within 200 to 3000, else the nearer of both',
    read: ({ value, warn }) => {
      if (!isNumber(value)) return {};
      const { min, max } = protocolLimits.silenceMs;
      const silenceMs = Math.round(Math.min(max, Math.max(min, value)));
      if (value < min || value > max) warn(`${silenceMs} is used`);
      return { silenceMs };
    },
  },
  [`${INPUT}.turn_detection.threshold`]: {
    treatment: 'accepted',
    note: 'the detector has thresholds of its own',
    read: ({ value }) => (isNumber(value) ? { threshold: value } : {}),
  },
  [`${INPUT}.turn_detection.prefix_padding_ms`]: {
    treatment: 'accepted',
    note: '300 ms are always heard before the voice',
    read: ({ value }) => (isNumber(value) ? { prefixPaddingMs: value } : {}),
  },
  [`${INPUT}.turn_detection.create_response`]: nothing('nobody answers here'),
  [`${INPUT}.turn_detection.interrupt_response`]: nothing('nobody answers here'),
  [`${INPUT}.turn_detection.idle_timeout_ms`]: nothing('silence does not end a turn that nobody began'),
  include: nothing('there are no log probabilities'),
  modalities: nothing('there is only text'),
  output_modalities: nothing('there is only text'),
  id: nothing('as in the session that the server has sent'),
  object: nothing('as in the session that the server has sent'),
  expires_at: nothing('as in the session that the server has sent'),
  client_secret: nothing('in an order for a secret of the beta interface: when it expires'),
};

const TURN_DETECTIONS = ['server_vad', 'semantic_vad', 'none'] as const;
const EAGERNESSES = Object.keys(SILENCE_OF_EAGERNESS) as Eagerness[];

/** Samples a second of PCM for which a client names no rate. */
export const DEFAULT_RATE = 24_000;

const FLAT_FORMATS: ReadonlyMap<unknown, AudioFormat> = new Map<unknown, AudioFormat>([
  ['pcm16', { type: 'audio/pcm', rate: DEFAULT_RATE }],
  ['g711_ulaw', { type: 'audio/pcmu' }],
  ['g711_alaw', { type: 'audio/pcma' }],
]);

function formatOf(written: string, value: unknown): AudioFormat {
  const flat = FLAT_FORMATS.get(value);
  if (flat !== undefined) return flat;
  const { type, rate = DEFAULT_RATE } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly type?: unknown;
    readonly rate?: unknown;
  };
  if (type === 'audio/pcmu' || type === 'audio/pcma') return { type };
  if (type !== 'audio/pcm') throw notAllowed(`${written}.type`, 'audio/pcm, audio/pcmu, audio/pcma');
  const { min, max } = protocolLimits.sampleRate;
  if (!isNumber(rate) || !Number.isInteger(rate) || rate < min || rate > max)
    throw notAllowed(`${written}.rate`, `${min} to ${max}`);
  return { type, rate };
}

function notAllowed(field: string, limit: string): RequestError {
  return new RequestError('invalid_request', { field, limit });
}

/** Only what clients may send is sent back to them. */
function noiseReductionOf(value: unknown): object | undefined {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return type === 'near_field' || type === 'far_field' ? { type } : undefined;
}

function stringsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** What the fields of a session ask for, and what of it is not done. */
export interface ReadSession {
  readonly wishes: Partial<SessionWishes>;
  readonly warnings: readonly ParameterWarning[];
}
