import type { TermKind } from '@auscult/asr';

/** One name of a concept, as a source writes it. */
export interface SourceName {
  readonly text: string;
  readonly kind: TermKind;
  /** The source and its concept that the name belongs to. Synonyms share it. */
  readonly source: string;
  readonly concept: string;
  /** Which capital letters are meaningful: all, all but that of the first word, or none, as in headings. */
  readonly casing: 'kept' | 'sentence' | 'lost';
}
