import { z } from 'zod';

/** Abbreviations and what each may stand for. */
export function readAbbreviations(json: string): ReadonlyMap<string, readonly string[]> {
  const entries = Object.entries(listSchema.parse(JSON.parse(json)));
  return new Map(
    entries.flatMap(([text, meanings]) => (typeof meanings === 'string' ? [] : [[text, meanings]])),
  );
}

/** Beside the abbreviations there is one text, the version of the list. */
const listSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
