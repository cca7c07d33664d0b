import { msg } from '@lit/localize';
import { asJson } from './json.js';
import { asSrt } from './srt.js';
import { asText } from './text.js';
import type { TranscriptExport } from './transcript-export.js';

/** A kind of file that the transcript can be downloaded as. */
export interface ExportFormat {
  /** What it is called, in the language that is shown. */
  readonly name: () => string;
  /** The file extension, without the dot. */
  readonly extension: string;
  readonly write: (transcript: TranscriptExport) => Blob | Promise<Blob>;
}

/** All of them, in the order in which they are offered. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  {
    name: () => msg('Text'),
    extension: 'txt',
    write: (transcript) => blob(asText(transcript), 'text/plain'),
  },
  {
    name: () => 'Word',
    extension: 'docx',
    // It is several times as large as the page, so it is loaded when it is needed.
    write: async (transcript) => (await import('./word.js')).asWord(transcript),
  },
  {
    name: () => msg('Subtitles (SRT)'),
    extension: 'srt',
    write: (transcript) => blob(asSrt(transcript), 'application/x-subrip'),
  },
  {
    name: () => 'JSON',
    extension: 'json',
    write: (transcript) => blob(asJson(transcript), 'application/json'),
  },
];

function blob(text: string, type: string): Blob {
  return new Blob([text], { type: `${type};charset=utf-8` });
}
