import { textOf, type Line, type LineWord } from '../transcript/line.js';
import { speakerOf, type TranscriptExport } from './transcript-export.js';

/** Letters of a cue: two lines of 42, as subtitles have them. */
const CUE_LETTERS = 84;
const LINE_LETTERS = 42;

/** The transcript as SubRip subtitles: a cue for every two full lines. */
export function asSrt(transcript: TranscriptExport): string {
  const cues = transcript.lines.flatMap((line) => cuesOf(line, speakerOf(transcript, line)));
  return cues
    .map(({ start, end, text }, index) => `${String(index + 1)}\n${time(start)} --> ${time(end)}\n${text}\n\n`)
    .join('');
}

interface Cue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function cuesOf(line: Line, speaker: string | undefined): Cue[] {
  const groups: LineWord[][] = [];
  for (const word of line.words) {
    const group = groups.at(-1);
    if (group !== undefined && textOf({ words: [...group, word] }).length <= CUE_LETTERS) group.push(word);
    else groups.push([word]);
  }
  return groups.map((words, index) => ({
    start: words.at(0)?.start ?? line.start,
    end: words.at(-1)?.end ?? line.end,
    text: wrapped(`${speaker === undefined || index > 0 ? '' : `${speaker}: `}${textOf({ words })}`),
  }));
}

function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= LINE_LETTERS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

/** `hh:mm:ss,mmm` */
function time(seconds: number): string {
  const all = Math.round(seconds * 1000);
  const parts = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60, Math.floor(all / 1000) % 60];
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')},${String(all % 1000).padStart(3, '0')}`;
}
