import { recordingSettings, type RecordingSettings } from '@auscult/protocol';
import type { z } from 'zod';
import { languageOf } from '../../compatibility/language.js';
import {
  accepted,
  honoured,
  ignored,
  mapped,
  type GivenParameter,
  type Parameter,
  type ParameterTable,
} from '../../compatibility/parameters.js';
import { listedTerms, PROMPT_NOTE } from '../../compatibility/prompt-terms.js';
import { lastOf, switchOf } from '../../compatibility/values.js';
import { RequestError } from '../../errors.js';
import { uploadFieldValue } from '../receive-upload.js';
import {
  GRANULARITIES,
  RESPONSE_FORMATS,
  type Granularity,
  type ResponseFormat,
} from './transcript-formats.js';

/** What the form of a client of OpenAI asks for. */
export interface OpenAiWishes {
  readonly model: string;
  readonly language: string;
  readonly task: RecordingSettings['task'];
  /** Terms in the prompt. */
  readonly prompted: readonly string[];
  readonly keywords: readonly string[];
  readonly format: ResponseFormat;
  readonly granularities: readonly Granularity[];
  /** Whether the text is to be sent while it comes. */
  readonly isStream: boolean;
  readonly writtenForm: RecordingSettings['writtenForm'];
  readonly dictationCommands: RecordingSettings['dictationCommands'];
  readonly lexicon: RecordingSettings['lexicon'];
  readonly hearings: RecordingSettings['hearings'];
  readonly speakers: RecordingSettings['speakers'];
}

/** Settings of ours that a form may have besides what is known there. */
const extensions = ['writtenForm', 'dictationCommands', 'lexicon', 'hearings', 'speakers'] as const;

const NO_KNOWN_SPEAKERS =
  'nobody is recognised by a sample of a voice; speakers are called `A`, `B` and so on, in the order in which they are heard';

/** The fields of the form besides the file. */
export const openAiParameters: ParameterTable<OpenAiWishes> = {
  model: honoured(
    'any name; `auscult-model` in the headers of the answer names the model that runs',
    (given) => ({
      model: lastOf(given),
    }),
  ),
  language: honoured(
    'a BCP 47 tag, `multi` or `auto`; if it is missing, the one that the server is set to',
    languageIn,
  ),
  languages: honoured('one as `language`; several as `auto`', languageIn),
  prompt: mapped<OpenAiWishes>(PROMPT_NOTE, (given) => {
    const prompted = listedTerms(lastOf(given), given.warn);
    return prompted === undefined ? {} : { prompted };
  }),
  keywords: mapped('key terms', ({ values }) => ({
    keywords: values.filter((value) => value.trim() !== ''),
  })),
  response_format: honoured(
    '`json`, `text`, `srt`, `verbose_json`, `vtt`, `diarized_json`; the last tells who speaks, whatever the model is called',
    (given) => ({
      format: oneOf(RESPONSE_FORMATS, given, lastOf(given) || 'json'),
    }),
  ),
  timestamp_granularities: honoured('`segment`, `word`, in `verbose_json`', (given) => ({
    granularities: given.values.map((value) => oneOf(GRANULARITIES, given, value)),
  })),
  stream: honoured('with the formats `json`, `text` and `diarized_json`; refused with others', (given) => ({
    isStream: lastOf(given) !== '' && switchOf(given),
  })),
  temperature: accepted('nothing is sampled'),
  chunking_strategy: accepted('recordings are cut at their pauses'),
  user: accepted('the key says who it is'),
  include: ignored('log probabilities are not given for tokens'),
  known_speaker_names: ignored(NO_KNOWN_SPEAKERS),
  known_speaker_references: ignored(NO_KNOWN_SPEAKERS),
  ...(Object.fromEntries(extensions.map((name) => [name, extension(name)])) as Readonly<
    Record<(typeof extensions)[number], Parameter<OpenAiWishes>>
  >),
};

/** How many people speak, as far as a form says; undefined if it does not ask who does. */
export function speakersAsked({
  speakers,
  format,
}: Partial<OpenAiWishes>): RecordingSettings['speakers'] | undefined {
  return speakers ?? (format === 'diarized_json' ? 'auto' : undefined);
}

function languageIn({ values }: GivenParameter): Partial<OpenAiWishes> {
  const asked = new Set(values.filter((value) => value !== ''));
  if (asked.size === 0) return {};
  return { language: asked.size > 1 ? 'auto' : languageOf([...asked].join()) };
}

function extension(name: (typeof extensions)[number]): Parameter<OpenAiWishes> {
  const { description = '' } = (recordingSettings.shape[name] as z.ZodType).meta() ?? {};
  return honoured(`an extension. ${description}`, (given) => ({
    [name]: uploadFieldValue(name, lastOf(given)),
  }));
}

function oneOf<Value extends string>(
  allowed: readonly Value[],
  { name }: GivenParameter,
  value: string,
): Value {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new RequestError('invalid_request', { field: name, limit: `one of ${allowed.join(', ')}` });
}
