import type { Segment } from '@auscult/client';
import { textOfCells, type Cell } from './cells.js';

/** A final as it is shown. */
export interface Final {
  /** Tells it from finals of other recordings, too. */
  readonly key: string;
  readonly segment: Segment;
  readonly cells: readonly Cell[];
  readonly lines: readonly Line[];
}

/** What one person says of a final. */
export interface Line {
  /** Tells it from other lines. */
  readonly id: string;
  /** The final that it is of. */
  readonly final: string;
  /** Its words of the final: the first, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly cells: readonly Cell[];
  /** Seconds of audio since the recording began. */
  readonly start: number;
  readonly end: number;
  /** Absent if it is not known who speaks. */
  readonly speaker?: number;
}

/** A final, divided into lines where somebody else speaks. A word of nobody known is that of who spoke before it. */
export function finalOf(key: string, segment: Segment, cells: readonly Cell[]): Final {
  const lines: Line[] = [];
  let current = cells.find(({ heard }) => heard.speaker !== undefined)?.heard.speaker ?? segment.channel;
  let from = 0;
  cells.forEach(({ heard }, index) => {
    const next = cells[index + 1];
    const speaker = next?.heard.speaker ?? current;
    // Line breaks behind the last word are no line of their own.
    if (next && (speaker === current || next.heard.text === '')) return;
    lines.push({
      ...{
        id: `${key}/${String(from)}`,
        final: key,
        from,
        to: index + 1,
        cells: cells.slice(from, index + 1),
      },
      ...{ start: cells[from]?.heard.start ?? segment.start, end: heard.end },
      ...(current !== undefined && { speaker: current }),
    });
    [from, current] = [index + 1, speaker];
  });
  return { key, segment, cells, lines: lines.filter(hasWords) };
}

/** Whether the text is another than was heard. */
export function isCorrected({ cells }: Pick<Line, 'cells'>): boolean {
  return textOfCells(cells) !== heardTextOf({ cells });
}

/** The text as it was heard. */
export function heardTextOf({ cells }: Pick<Line, 'cells'>): string {
  return cells
    .map(({ heard }) => heard.text)
    .join(' ')
    .trim();
}

function hasWords({ cells }: Line): boolean {
  return cells.some(({ heard }) => heard.text !== '');
}
