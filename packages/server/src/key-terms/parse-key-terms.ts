import { keyTermLimits, type KeyTerm } from '@auscult/asr/key-terms';
import { keyTerm } from '@auscult/protocol';
import { ConfigError } from '../config/config-error.js';

/**
 * Reads a file of key terms, one a line: the text and, if known, its weight and other ways to say it with `|` between
 * them, with tabs between these fields. Empty lines and those that begin with `#` are skipped.
 *
 * @throws {ConfigError} that names the file and the line, and quotes nothing of the content
 */
export function parseKeyTerms(bytes: Uint8Array, path: string): readonly KeyTerm[] {
  const lines = textOf(bytes, path).split(/\r?\n/);
  const terms = lines.flatMap((line, index) => {
    const isTerm = line.trim() !== '' && !line.startsWith('#');
    return isTerm ? [parseLine(line, `line ${index + 1} of ${path}`)] : [];
  });
  if (terms.length <= keyTermLimits.terms) return terms;
  throw new ConfigError(
    `${path} holds ${terms.length} key terms.`,
    `Leave at most ${keyTermLimits.terms} in it.`,
  );
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError(`${path} is not text in UTF-8.`, 'Save it in that encoding.');
  }
}

function parseLine(line: string, place: string): KeyTerm {
  const [text = '', weight = '', ways = '', ...rest] = line.split('\t').map((field) => field.trim());
  const term = {
    text,
    ...(weight !== '' && { weight: Number(weight) }),
    ...(ways !== '' && { soundsLike: ways.split('|').map((way) => way.trim()) }),
  };
  if (rest.length === 0 && keyTerm.safeParse(term).success) return term;
  const { characters, words, weight: range, soundsLike } = keyTermLimits;
  throw new ConfigError(
    `${place} is not a key term.`,
    `Write a term of at most ${characters} characters and ${words} words; behind a tab its weight, from ${range.min} to ${range.max}; ` +
      `behind another tab at most ${soundsLike} ways to say it, with | between them.`,
  );
}
