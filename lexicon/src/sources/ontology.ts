import { z } from 'zod';
import type { SourceName } from './source-name.js';

/** The names in a disease ontology that is a JSON list of concepts with a name and synonyms: MONDO, Disease Ontology. */
export function readOntology(json: string, source: string): SourceName[] {
  return conceptsSchema.parse(JSON.parse(json)).flatMap(({ id, name, synonyms }) =>
    [...new Set([name, ...synonyms])].map((text) => ({
      text,
      kind: 'condition' as const,
      source,
      concept: id,
      casing: 'kept' as const,
    })),
  );
}

const conceptsSchema = z.array(
  z.object({ id: z.string(), name: z.string(), synonyms: z.array(z.string()).default([]) }),
);
