import { parse } from 'yaml';

/** The sentences and phrases in YAML and JSON files, by path: one line for each text. */
export function readSentences(files: ReadonlyMap<string, string>): string[] {
  return Array.from(files, ([path, content]) => textsIn(parsed(path, content)))
    .flat()
    .flatMap((text) => text.replaceAll('_', ' ').split('\n'))
    .map((line) => line.trim())
    .filter(isEnglish);
}

function parsed(path: string, content: string): unknown {
  return path.endsWith('.json') ? JSON.parse(content) : parse(content, { uniqueKeys: false });
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** More than a field name or a code, and not in another script. */
function isEnglish(line: string): boolean {
  return /^[\x20-\x7e]+$/.test(line) && line.includes(' ');
}
