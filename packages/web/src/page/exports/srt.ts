import type { LineWord } from '../transcript/line-word.js';
import type { Line } from '../transcript/line.js';
import { namedLines, type TranscriptExport } from './transcript-export.js';

/** Letters of a line and lines of a cue, as subtitles have them. */
const LINE_LETTERS = 42;
const CUE_LINES = 2;

/** The transcript as SubRip subtitles: a cue for every two full lines, and for every dictated paragraph. */
export function asSrt(transcript: TranscriptExport): string {
  const cues = namedLines(transcript).flatMap(({ line, name }) => cuesOf(line, name));
  return cues
    .map(
      ({ start, end, text }, index) => `${String(index + 1)}\n${time(start)} --> ${time(end)}\n${text}\n\n`,
    )
    .join('');
}

interface Cue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function cuesOf(line: Line, speaker: string | undefined): Cue[] {
  const groups: { words: LineWord[]; lines: readonly string[] }[] = [];
  for (const word of line.words.filter(({ text }) => text !== '')) {
    const group = groups.at(-1);
    if (group === undefined) {
      groups.push({ words: [word], lines: wrapped(speaker === undefined ? [] : [`${speaker}:`], word.text) });
      continue;
    }
    const lines = word.breakBefore === '\n' ? [...group.lines, word.text] : wrapped(group.lines, word.text);
    if (lines.length > CUE_LINES || word.breakBefore === '\n\n') {
      groups.push({ words: [word], lines: [word.text] });
      continue;
    }
    group.words.push(word);
    group.lines = lines;
  }
  return groups.map(({ words, lines }) => ({
    start: words.at(0)?.start ?? line.start,
    end: words.at(-1)?.end ?? line.end,
    text: lines.join('\n'),
  }));
}

/** Lines with more text behind them. */
function wrapped(lines: readonly string[], text: string): readonly string[] {
  const last = lines.at(-1);
  if (last === undefined || last.length + 1 + text.length > LINE_LETTERS) return [...lines, text];
  return [...lines.slice(0, -1), `${last} ${text}`];
}

/** `hh:mm:ss,mmm` */
function time(seconds: number): string {
  const all = Math.round(seconds * 1000);
  const parts = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60, Math.floor(all / 1000) % 60];
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')},${String(all % 1000).padStart(3, '0')}`;
}
