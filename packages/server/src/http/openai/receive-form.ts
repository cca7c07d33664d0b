import type { RecordingSettings } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { LONGEST_MODEL_NAME } from '../../compatibility/asked.js';
import { sentTerms } from '../../compatibility/key-terms.js';
import type { ParameterWarning } from '../../compatibility/parameters.js';
import { readParameters } from '../../compatibility/read-parameters.js';
import { RequestError } from '../../errors.js';
import type { ReceivedRecording } from '../accept-recording.js';
import { FIELD_BYTES, receiveForm, type FormField } from '../receive-form.js';
import type { UploadLimits } from '../watch-upload.js';
import { openAiParameters, speakersAsked, type OpenAiWishes } from './parameters.js';

/** A form of a client of OpenAI, with the recording that it brings. */
export interface OpenAiForm {
  readonly recording: ReceivedRecording;
  readonly wishes: Partial<OpenAiWishes>;
  readonly warnings: readonly ParameterWarning[];
}

/** As many fields as there may be key terms, each of which is a field, and some more. */
const MOST_FIELDS = 5_100;

/**
 * Receives a form of a client of OpenAI. Its parts may come in any order.
 * @throws {RequestError} for anything that is wrong with it, in which case nothing is left on disk
 */
export async function receiveOpenAiForm(
  request: FastifyRequest,
  limits: UploadLimits,
  task: RecordingSettings['task'] | undefined,
): Promise<OpenAiForm> {
  const given: [name: string, value: string][] = [];
  let bytes = 0;
  const file = await receiveForm(request, limits, {
    fields: MOST_FIELDS,
    allowed: { limit: `at most ${MOST_FIELDS} fields` },
    fileByName: true,
    take: (field) => {
      const value = textOf(field);
      bytes += field.name.length + value.length;
      if (bytes > FIELD_BYTES) throw tooLong(field.name);
      given.push([field.name, value]);
    },
  });
  try {
    const { wishes, warnings } = readParameters(openAiParameters, given);
    requireStreamable(wishes);
    requireSpeakers(wishes);
    const { model, keywords = [], prompted = [] } = wishes;
    return {
      wishes,
      warnings,
      recording: {
        file,
        asked: settingsIn(wishes, task),
        keyTerms: sentTerms('keywords', [...keywords, ...prompted]),
        foreign: { service: 'openai', model: model?.slice(0, LONGEST_MODEL_NAME), warnings },
      },
    };
  } catch (error) {
    await file.remove();
    throw error;
  }
}

function textOf({ name, value, isCut }: FormField): string {
  if (isCut) throw tooLong(name);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function tooLong(name: string): RequestError {
  const field = Object.keys(openAiParameters).find((known) => name === known || name === `${known}[]`);
  return new RequestError('invalid_request', { field, limit: `at most ${FIELD_BYTES} bytes` });
}

function requireStreamable({ isStream = false, format = 'json' }: Partial<OpenAiWishes>): void {
  if (!isStream || format === 'json' || format === 'text' || format === 'diarized_json') return;
  throw new RequestError('invalid_request', {
    field: 'stream',
    limit: 'true only with the response_format json, text or diarized_json',
  });
}

function requireSpeakers({ format, speakers }: Partial<OpenAiWishes>): void {
  if (format !== 'diarized_json' || speakers !== 'off') return;
  throw new RequestError('invalid_request', {
    field: 'speakers',
    limit: 'off only with other formats than diarized_json',
  });
}

function settingsIn(
  wishes: Partial<OpenAiWishes>,
  task: RecordingSettings['task'] | undefined,
): Partial<RecordingSettings> {
  const { language, writtenForm, dictationCommands, lexicon, hearings } = wishes;
  const speakers = speakersAsked(wishes);
  return {
    ...(language !== undefined && { language }),
    ...(task !== undefined && { task }),
    ...(writtenForm !== undefined && { writtenForm }),
    ...(dictationCommands !== undefined && { dictationCommands }),
    ...(lexicon !== undefined && { lexicon }),
    ...(hearings !== undefined && { hearings }),
    ...(speakers !== undefined && { speakers }),
  };
}
