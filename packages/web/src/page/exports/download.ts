import type { ExportFormat } from './formats.js';
import { saveFile } from './save-file.js';
import type { TranscriptExport } from './transcript-export.js';

/** Lets the browser save the transcript. The name of the file holds the time and nothing else. */
export async function download(format: ExportFormat, transcript: TranscriptExport): Promise<void> {
  saveFile(`transcript-${stamp(transcript.at)}.${format.extension}`, await format.write(transcript));
}

/** `2026-01-31-0930`, in local time. */
function stamp(at: Date): string {
  const padded = (value: number): string => String(value).padStart(2, '0');
  const day = [at.getFullYear(), padded(at.getMonth() + 1), padded(at.getDate())].join('-');
  return `${day}-${padded(at.getHours())}${padded(at.getMinutes())}`;
}
