import type { KeyTerm, RecordingSettings } from '@auscult/protocol';
import { protocolLimits, speakerCount } from '@auscult/protocol';
import { RequestError } from '../../errors.js';
import { languageOf } from '../language.js';
import {
  accepted,
  honoured,
  ignored,
  mapped,
  refused,
  type GivenParameter,
  type Parameter,
  type ParameterTable,
} from '../parameters.js';
import { isOff, lastOf, numberIn, numberOf, switchOf } from '../values.js';

/** What a query of a client of Deepgram asks for, whether for a session or a recording. */
export interface DeepgramWishes {
  readonly model: string;
  readonly language: string;
  readonly encoding: DeepgramEncoding;
  /** Samples a second. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Whether channels are to be heard one by one. */
  readonly isMultichannel: boolean;
  /** Whether the text has capital letters and punctuation. */
  readonly isPunctuated: boolean;
  readonly writtenForm: RecordingSettings['writtenForm'];
  readonly dictationCommands: RecordingSettings['dictationCommands'];
  /** Whether it is to be told who speaks. */
  readonly isDiarized: boolean;
  /** How many people speak; asks for the same. */
  readonly speakers: RecordingSettings['speakers'];
  readonly keyterms: readonly KeyTerm[];
  readonly keywords: readonly KeyTerm[];
  /** What the client wants to find again in the answer. */
  readonly tags: readonly string[];
  readonly extra: Readonly<Record<string, string>>;
}

/** Encodings that can be read: samples, packets and containers. */
export const DEEPGRAM_ENCODINGS = [
  'linear16',
  'linear32',
  'mulaw',
  'alaw',
  'opus',
  'ogg-opus',
  'flac',
] as const;
export type DeepgramEncoding = (typeof DEEPGRAM_ENCODINGS)[number];

const LANGUAGE_NOTE = 'a BCP 47 tag, or `multi`; one that the model does not know is refused';
const WRITTEN_NOTE = '`writtenForm`, if it is true';
const { min, max } = protocolLimits.keyTermWeight;

/** The parameters that sessions and recordings have in common. */
export const deepgramParameters: ParameterTable<DeepgramWishes> = {
  model: honoured('any name; the answer names the model that runs', (given) => ({ model: lastOf(given) })),
  language: honoured(LANGUAGE_NOTE, languageIn),
  encoding: honoured(
    '`linear16`, `linear32`, `mulaw`, `alaw`, `opus`, `ogg-opus`, `flac`; others are refused',
    (given) => ({ encoding: encodingIn(given) }),
  ),
  sample_rate: honoured('8,000 to 48,000', (given) => ({
    sampleRate: numberOf(given, protocolLimits.sampleRate),
  })),
  channels: honoured('1 or 2', (given) => ({ channels: numberOf(given, { min: 1, max: 2 }) })),
  punctuate: honoured('unless it is false, the text has capital letters and punctuation', (given) => ({
    isPunctuated: switchOf(given),
  })),
  smart_format: writing(),
  numerals: writing(),
  measurements: writing(),
  dictation: mapped('`dictationCommands`, if it is true', (given) =>
    switchOf(given) ? { dictationCommands: 'on' } : {},
  ),
  keyterm: honoured('key terms', ({ values }) => ({ keyterms: values })),
  keywords: mapped(`key terms; an intensifier is their weight, within ${min} to ${max}`, (given) => ({
    keywords: keywordsIn(given),
  })),
  tag: honoured('back in `metadata.tags`', ({ values }) => ({ tags: values })),
  extra: honoured('back in `metadata.extra`', ({ values }) => ({
    extra: Object.fromEntries(values.map(pairIn)),
  })),
  mip_opt_out: accepted('nothing is learned from what people say'),
  version: accepted('there is one version of each model'),
  no_delay: accepted('text never waits to be formatted'),
  diarize: honoured('`speakers=auto`, if it is true', (given) => ({
    ...(switchOf(given) && { isDiarized: true }),
  })),
  diarize_model: honoured('any name: as `diarize=true`, since there is one way', ({ values }) => ({
    ...(!values.every(isOff) && { isDiarized: true }),
  })),
  diarize_version: accepted('there is one way to tell speakers apart'),
  speakers: honoured(
    'an extension: `off`, `auto`, or how many people speak, 1 to 4, in place of `diarize`',
    (given) => ({ speakers: speakersIn(given) }),
  ),
  detect_entities: ignored('entities are not marked'),
  search: ignored('nothing is searched for'),
  replace: ignored('nothing is replaced'),
  profanity_filter: ignored('the text is what was said'),
  filler_words: ignored('whether filler words are written is up to the model'),
  language_hint: ignored('use `language`'),
  redact: refused('text would be kept and sent where somebody relies on the opposite', {
    meaning: 'The server takes nothing out of texts.',
    remedy: 'Leave the parameter out, and take out yourself what must not be in the text.',
  }),
  callback: refused('the server calls nobody', {
    meaning: 'The server sends results to nobody but whoever asks.',
    remedy: 'Leave the parameter out, and read the answer.',
  }),
  callback_method: accepted('there is no callback'),
};

/** How many people speak, as far as these parameters say; undefined if they do not ask who does. */
export function speakersAsked({
  speakers,
  isDiarized = false,
}: Partial<DeepgramWishes>): RecordingSettings['speakers'] | undefined {
  return speakers ?? (isDiarized ? 'auto' : undefined);
}

/** Whether answers say who speaks. */
export function tellsSpeakers(wishes: Partial<DeepgramWishes>): boolean {
  return (speakersAsked(wishes) ?? 'off') !== 'off';
}

function speakersIn({ name, values }: GivenParameter): RecordingSettings['speakers'] {
  const value = values.at(-1) ?? '';
  const read = speakerCount.safeParse(numberIn(value) ?? value);
  if (read.success) return read.data;
  throw new RequestError('invalid_request', { field: name, limit: SPEAKERS_LIMIT });
}

const SPEAKERS_LIMIT = `off, auto, or 1 to ${protocolLimits.speakers.max}`;

function languageIn(given: GivenParameter): Partial<DeepgramWishes> {
  return lastOf(given) === '' ? {} : { language: languageOf(lastOf(given)) };
}

function writing(): Parameter<DeepgramWishes> {
  return mapped(WRITTEN_NOTE, (given) => (switchOf(given) ? { writtenForm: 'on' } : {}));
}

function encodingIn(given: GivenParameter): DeepgramEncoding {
  const value = lastOf(given).toLowerCase();
  const encoding = DEEPGRAM_ENCODINGS.find((known) => known === value);
  if (encoding !== undefined) return encoding;
  const limit = `one of ${DEEPGRAM_ENCODINGS.join(', ')}`;
  throw new RequestError('invalid_request', { field: given.name, limit });
}

/** Keywords with intensifiers, such as `metoprolol:2`. */
function keywordsIn({ values, warn }: GivenParameter): readonly KeyTerm[] {
  const terms = values.map((value) => {
    const [, text = value, intensifier = '1'] = /^(.+):([^:]*)$/u.exec(value) ?? [];
    return { text, weight: numberIn(intensifier) ?? 1 };
  });
  const wanted = terms.filter(({ weight }) => weight > 0);
  if (wanted.length < terms.length) warn('words cannot be made less likely');
  return wanted.map(({ text, weight }) => ({ text, weight: Math.min(max, Math.max(min, weight)) }));
}

function pairIn(value: string): readonly [string, string] {
  const at = value.indexOf(':');
  return at === -1 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)];
}
