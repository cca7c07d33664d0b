import type { TermKind } from '@auscult/asr';

/** One name of one concept, as a source writes it. */
export interface SourceName {
  readonly text: string;
  readonly kind: TermKind;
  /** The source, and which of its concepts the name belongs to. Synonyms share it. */
  readonly source: string;
  readonly concept: string;
  /** Whether capital letters say something here: not where each word of a heading has one. */
  readonly casing: 'kept' | 'lost';
}
