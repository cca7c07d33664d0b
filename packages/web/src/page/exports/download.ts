import type { ExportFormat } from './formats.js';
import type { TranscriptExport } from './transcript-export.js';

/** Lets the browser save the transcript. The name of the file holds the time and nothing else. */
export async function download(format: ExportFormat, transcript: TranscriptExport): Promise<void> {
  const url = URL.createObjectURL(await format.write(transcript));
  const link = document.createElement('a');
  link.href = url;
  link.download = `transcript-${stamp(transcript.at)}.${format.extension}`;
  link.click();
  // The browser has begun to read by the next task.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  });
}

/** `2026-01-31-0930`, in local time. */
function stamp(at: Date): string {
  const padded = (value: number): string => String(value).padStart(2, '0');
  const day = [at.getFullYear(), padded(at.getMonth() + 1), padded(at.getDate())].join('-');
  return `${day}-${padded(at.getHours())}${padded(at.getMinutes())}`;
}
