import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The list of medical terms in this package, none of which is spoken in `shared/dictation` or the sentences
 * here.
 */
export const MEDICAL_TERMS = fileURLToPath(new URL('../../terms/medical.txt', import.meta.url));

/**
 * Reads a list of terms, one a line. Text after a tab is ignored, so that tables with the term in their first
 * column can be read too; so are lines that begin with `#`.
 *
 * @throws Error if it contains no term
 */
export function readTermList(path: string): string[] {
  const terms = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => (line.split('\t')[0] ?? '').trim())
    .filter((term) => term !== '');
  if (terms.length === 0) throw new Error(`${path} contains no term. Write one a line.`);
  return terms;
}
