import { readFileSync } from 'node:fs';

/** Replaces each British spelling with the American one; runs of white space become one space. */
export function toAmericanSpelling(text: string): string {
  american ??= readTable();
  const table = american;
  return text
    .split(/\s+/u)
    .filter((word) => word !== '')
    .map((word) => table.get(word) ?? word)
    .join(' ');
}

let american: ReadonlyMap<string, string> | undefined;

function readTable(): ReadonlyMap<string, string> {
  const file = new URL('../../normalisation/british-to-american.json', import.meta.url);
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>));
}
