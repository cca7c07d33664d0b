import type { Word } from '@auscult/client';

/** A word of the page's transcript. */
export interface LineWord extends Word {
  /** What was recognised in its place, where a person wrote something else. */
  readonly heard?: string;
}
