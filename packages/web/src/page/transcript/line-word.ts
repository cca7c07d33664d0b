import type { Word } from '@auscult/client';

/** A new line, or a new paragraph. */
export type LineBreak = '\n' | '\n\n';

/** A word of the page's transcript. */
export interface LineWord extends Word {
  /** What was recognised in its place, if a person wrote something else. */
  readonly heard?: string;
  /** The line break before it. A line break that no word follows is kept with a word without text. */
  readonly breakBefore?: LineBreak | undefined;
  /** The word of `heard` that it is or stands for, counted from 0. */
  readonly at?: number | undefined;
  /** Whether a person has said who spoke it. */
  readonly isAssigned?: true;
}
