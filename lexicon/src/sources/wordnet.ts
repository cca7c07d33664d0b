import type { TermKind } from '@auscult/asr';
import type { SourceName } from './source-name.js';

/** The data files of WordNet that are read here. */
export interface WordNetFiles {
  readonly nouns: string;
  readonly adjectives: string;
}

/** The parts of the body and the states of health in WordNet, and the adjectives that pertain to them. */
export function readWordNet({ nouns, adjectives }: WordNetFiles): SourceName[] {
  const medicalNouns = synsets(nouns).filter(({ lexicographerFile }) => KINDS.has(lexicographerFile));
  const kindOfNoun = new Map(medicalNouns.map((noun) => [noun.offset, KINDS.get(noun.lexicographerFile)]));
  const names = medicalNouns.flatMap((noun) => named(noun, 'n', kindOfNoun.get(noun.offset)));
  const pertaining = synsets(adjectives).flatMap((adjective) =>
    named(adjective, 'a', adjective.pertainsTo.map((noun) => kindOfNoun.get(noun)).find(Boolean)),
  );
  return [...names, ...pertaining];
}

interface Synset {
  readonly offset: string;
  readonly lexicographerFile: string;
  readonly words: readonly string[];
  /** Offsets of the nouns that an adjective is derived from. */
  readonly pertainsTo: readonly string[];
}

/** Offsets of the nouns of the body (08) and of states (26). */
const KINDS: ReadonlyMap<string, TermKind> = new Map([
  ['08', 'anatomy'],
  ['26', 'condition'],
]);

function named(synset: Synset, part: string, kind: TermKind | undefined): SourceName[] {
  if (kind === undefined) return [];
  const concept = `${part}${synset.offset}`;
  return synset.words.map((text) => ({ text, kind, source: 'wordnet', concept, casing: 'kept' as const }));
}

/** The format is described in WordNet's wndb(5WN): counts are hexadecimal, words have `_` for spaces. */
function synsets(file: string): Synset[] {
  const lines = file.split('\n').filter((line) => /^\d/.test(line));
  return lines.map((line) => {
    const fields = (line.split(' | ')[0] ?? '').split(' ');
    const wordCount = Number.parseInt(fields[3] ?? '0', 16);
    const words = Array.from({ length: wordCount }, (_, at) => wordAt(fields, 4 + 2 * at));
    const pointers = fields.slice(5 + 2 * wordCount);
    const pertainsTo = pointers.filter(
      (_, at) => at % 4 === 1 && pointers[at - 1] === '\\' && pointers[at + 1] === 'n',
    );
    return { offset: fields[0] ?? '', lexicographerFile: fields[1] ?? '', words, pertainsTo };
  });
}

/** Adjectives may end in a marker of their position: `ill(p)`. */
function wordAt(fields: readonly string[], at: number): string {
  return (fields[at] ?? '').replaceAll('_', ' ').replace(/\(.*\)$/, '');
}
