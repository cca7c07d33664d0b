import { liveParameters } from '../compatibility/deepgram/live-parameters.js';
import type { Parameter } from '../compatibility/parameters.js';
import { voskConfig, voskQuery } from '../compatibility/vosk/parameters.js';
import { whisperLiveParameters } from '../compatibility/whisper-live/parameters.js';
import { recordingParameters } from '../http/deepgram/parameters.js';
import { openAiParameters } from '../http/openai/parameters.js';
import { queryParameters } from '../compatibility/openai-realtime/query-parameters.js';
import { SESSION_FIELDS } from '../compatibility/openai-realtime/session-fields.js';
import { markdownTable } from './markdown-table.js';
import { withMarkedSection } from './marked-section.js';

/** The part of a parameter that the documentation tells. */
type ToldParameter = Pick<Parameter<never>, 'treatment' | 'note'>;

/** The interfaces of other services, by the names of their sections, with the tables that say how parameters are read. */
const sections: Readonly<Record<string, Readonly<Record<string, ToldParameter>>>> = {
  'recordings of OpenAI': openAiParameters,
  'recordings of Deepgram': recordingParameters,
  'sessions of Deepgram': liveParameters,
  'addresses of Realtime sessions': queryParameters,
  'fields of Realtime sessions': SESSION_FIELDS,
  'addresses of Vosk': voskQuery,
  'sessions of Vosk': voskConfig,
  'sessions of WhisperLive': whisperLiveParameters,
};

/**
 * `text` with a table between the markers of each section: what becomes of each parameter.
 * @throws {TypeError} if there are no markers for one of them
 */
export function withParameters(text: string): string {
  return Object.entries(sections).reduce(
    (written, [name, table]) => withMarkedSection(written, name, tableOf(table)),
    text,
  );
}

function tableOf(parameters: Readonly<Record<string, ToldParameter>>): string {
  const rows = Object.entries(parameters).map(([name, { treatment, note }]) => [
    `\`${name}\``,
    treatment,
    note,
  ]);
  return markdownTable(['parameter', 'what becomes of it', 'how'], rows);
}
