import { z } from 'zod';

/** Abbreviations and what each may stand for. */
export function readAbbreviations(json: string): ReadonlyMap<string, readonly string[]> {
  const { _version, ...meanings } = abbreviationsSchema.parse(JSON.parse(json));
  return new Map(Object.entries(meanings));
}

const abbreviationsSchema = z.object({ _version: z.string() }).catchall(z.array(z.string()));
