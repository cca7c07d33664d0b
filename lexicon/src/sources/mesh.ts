import type { TermKind } from '@auscult/asr';
import type { SourceName } from './source-name.js';

/**
 * The names in MeSH's descriptors: lines of identifier, heading, entry terms (`|` between them) and tree numbers.
 * Branches that no clinician dictates from (geography, chemistry without a use) are left out.
 */
export function readMesh(table: string): SourceName[] {
  return table.split('\n').flatMap((line) => {
    const [concept = '', heading = '', entryTerms = '', trees = ''] = line.split('\t');
    const kind = kindOf(trees.split('|'));
    if (kind === undefined) return [];
    const texts = [heading, ...entryTerms.split('|')].filter((text) => text !== '');
    return texts.map((text) => ({
      text: uninverted(text),
      kind,
      source: 'mesh',
      concept,
      casing: 'lost' as const,
    }));
  });
}

/** `Anemia, Sickle Cell` → `Sickle Cell Anemia`. */
function uninverted(text: string): string {
  const [noun = '', attribute, ...others] = text.split(', ');
  return attribute !== undefined && others.length === 0 ? `${attribute} ${noun}` : text;
}

/** The kind of the first branch that has one. Diseases of animals have none. */
function kindOf(trees: readonly string[]): TermKind | undefined {
  if (trees.some((tree) => tree.startsWith('C22'))) return undefined;
  for (const [branch, kind] of BRANCHES) if (trees.some((tree) => branch.test(tree))) return kind;
  return undefined;
}

const BRANCHES: readonly (readonly [RegExp, TermKind])[] = [
  [/^(C\d\d|F03)/, 'condition'],
  [/^A(0\d|10|11|12|14|15|16|17)/, 'anatomy'],
  // Specialties (H02.403) count as procedures, too.
  [/^(E02|E03|E04|E06|H02\.403)/, 'procedure'],
  [/^E01/, 'test'],
  [/^E07/, 'device'],
  [/^(D08|D12)/, 'test'],
  [/^D(0[1-69]|1[03]|2\d)/, 'drug'],
  [/^(B01\.300|B03|B04)/, 'organism'],
];
