import { readFile } from 'node:fs/promises';

/** What a term names. */
export type TermKind =
  'drug' | 'brand' | 'condition' | 'anatomy' | 'procedure' | 'test' | 'unit' | 'organism' | 'device';

/** A term of medicine that a recognizer should expect. */
export interface LexiconTerm {
  /** The term as it is written in a note: `metoprolol`, `Eliquis`, `HbA1c`, `atrial fibrillation`. */
  readonly text: string;
  readonly kind: TermKind;
  /** How common it is in clinics, from 0.1 (rare) to 1 (every day). */
  readonly weight: number;
  /** Other ways to say it, if the spelling does not show how it is said: `h b a one c`. */
  readonly soundsLike: readonly string[];
}

/**
 * Reads the English medical lexicon that ships with this package. Each text is in it once, regardless of case, and no
 * term that is a single word is among the most frequent words of English.
 */
export async function loadMedicalLexicon(): Promise<readonly LexiconTerm[]> {
  return parseMedicalLexicon(await readMedicalLexicon());
}

/** Reads the table of terms that ships with this package. */
export function readMedicalLexicon(): Promise<string> {
  return readFile(new URL('../../lexicon/medical-lexicon.tsv', import.meta.url), 'utf8');
}

/**
 * Reads terms in the format of the lexicon, one a line: text, kind, weight and, if there are any, other ways to say
 * it with `|` between them, with tabs between the fields. A line that begins with `#` is a comment.
 *
 * @throws {TypeError} if a line is no term
 */
export function parseMedicalLexicon(table: string): LexiconTerm[] {
  return table
    .split('\n')
    .map((line, at) => ({ line, number: at + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => parseTerm(line, number));
}

function parseTerm(line: string, number: number): LexiconTerm {
  const [text = '', kind = '', weight = '', soundsLike = ''] = line.split('\t');
  if (text === '' || !isTermKind(kind) || !(Number(weight) > 0 && Number(weight) <= 1)) {
    throw new TypeError(
      `Line ${number} of the lexicon is no term. Write text, kind (${termKinds.join(', ')}) and weight (above 0, up to 1), with tabs between them.`,
    );
  }
  return { text, kind, weight: Number(weight), soundsLike: soundsLike === '' ? [] : soundsLike.split('|') };
}

function isTermKind(text: string): text is TermKind {
  return (termKinds as readonly string[]).includes(text);
}

const termKinds = [
  'drug',
  'brand',
  'condition',
  'anatomy',
  'procedure',
  'test',
  'unit',
  'organism',
  'device',
] as const satisfies readonly TermKind[];
