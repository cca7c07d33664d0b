import type { TermKind } from '@auscult/asr';

/** One name of one concept, as a source writes it. */
export interface SourceName {
  readonly text: string;
  readonly kind: TermKind;
  /** The source, and which of its concepts the name belongs to. Synonyms share it. */
  readonly source: string;
  readonly concept: string;
  /** Which capital letters say something: all, all but that of the first word, or none, as in headings. */
  readonly casing: 'kept' | 'sentence' | 'lost';
}
