import type { z } from 'zod';
import { allowedValues, singleSchema, type JsonSchema } from './allowed-values.js';

/** Where in an object something is wrong. */
export interface IssueDetails {
  /** Path of the field, such as `endpointing.silenceMs` or `keyterms[3].weight`; undefined for the object itself. */
  readonly field: string | undefined;
  /** What is allowed there, in words. */
  readonly limit: string;
}

/**
 * What an error says about the first thing that is wrong with an object of `schema`. Holds only names of the schema
 * and list positions, so nothing that a client made up.
 */
export function detailsOfIssue(schema: JsonSchema, issue: z.core.$ZodIssue | undefined): IssueDetails {
  const path = issue === undefined ? [] : namedIn(schema, placeOf(issue));
  const said: unknown = issue?.code === 'custom' ? issue.params?.['limit'] : undefined;
  if (typeof said === 'string') return { field: fieldName(path), limit: said };
  return { field: fieldName(path), limit: allowedValues(schemaAt(schema, path)) };
}

/**
 * The place of the issue. If a value may have alternative forms, it is the place within the form that it comes
 * nearest to.
 */
function placeOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  if (issue.code !== 'invalid_union') return issue.path;
  const inside = issue.errors.flatMap(([first]) => (first === undefined ? [] : [placeOf(first)]));
  return [...issue.path, ...(inside.find(({ length }) => length > 0) ?? [])];
}

/** The path as far as its names are those of the schema: those in a map are made up by the client. */
function namedIn(schema: JsonSchema, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const map = path.findIndex((_, at) => schemaAt(schema, path.slice(0, at)).propertyNames !== undefined);
  return map === -1 ? path : path.slice(0, map);
}

function fieldName(path: readonly PropertyKey[]): string | undefined {
  if (path.length === 0) return undefined;
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1);
}

function schemaAt(schema: JsonSchema, [key, ...rest]: readonly PropertyKey[]): JsonSchema {
  if (key === undefined) return schema;
  const [child] = [schema, ...(schema.anyOf ?? [])].flatMap((each) => {
    const inside = typeof key === 'number' ? singleSchema(each.items) : each.properties?.[String(key)];
    return typeof inside === 'object' ? [inside] : [];
  });
  return child === undefined ? schema : schemaAt(child, rest);
}
