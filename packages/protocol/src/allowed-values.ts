import { z } from 'zod';

/** A node of a JSON Schema, as zod writes it. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What a schema allows, in words for an error or a table: `a whole number from 200 to 3000`. */
export function allowedValues(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  if (schema.anyOf !== undefined) return schema.anyOf.map(allowedValues).join(', or ');
  switch (schema.type) {
    case 'null':
      return 'null';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${range(schema.minimum, schema.maximum)}`;
    case 'number':
      return `a number${range(schema.minimum, schema.maximum)}`;
    case 'string':
      return allowedText(schema);
    case 'array':
      return allowedItems(schema);
    case 'object':
      if (schema.properties === undefined && typeof schema.additionalProperties === 'object')
        return `an object whose fields are each ${allowedValues(schema.additionalProperties)}`;
      return `an object with the fields ${Object.keys(schema.properties ?? {}).join(', ')}`;
    default:
      throw new TypeError(`allowedValues has no words for a schema of type ${String(schema.type)}`);
  }
}

function range(min: number | undefined, max: number | undefined): string {
  const bounded = max !== undefined && max < Number.MAX_SAFE_INTEGER;
  if (min !== undefined && bounded) return ` from ${min} to ${max}`;
  if (min !== undefined && min > Number.MIN_SAFE_INTEGER) return ` of at least ${min}`;
  return bounded ? ` of at most ${max}` : '';
}

function allowedText(schema: JsonSchema): string {
  const { format, contentEncoding, minLength, maxLength } = schema;
  if (contentEncoding !== undefined) return `${contentEncoding} text`;
  if (format === 'date-time') return 'an RFC 3339 time in UTC';
  const words = typeof schema['maxWords'] === 'number' ? ` and at most ${schema['maxWords']} words` : '';
  if (minLength !== undefined && maxLength !== undefined) {
    return `text of ${minLength} to ${maxLength} characters${words}`;
  }
  return minLength === 1 ? 'text that is not empty' : 'text';
}

function allowedItems({ items, prefixItems, maxItems }: JsonSchema): string {
  if (prefixItems !== undefined) {
    const each = prefixItems.map((place) => (typeof place === 'object' ? allowedValues(place) : 'anything'));
    return `a list of ${each.length} items: ${each.join(', ')}`;
  }
  const count = maxItems === undefined ? 'a list' : `a list of at most ${maxItems} items`;
  const item = singleSchema(items);
  return item === undefined ? count : `${count}, each ${allowedValues(item)}`;
}

/** The schema of every item of an array, where there is one for all. */
export function singleSchema(items: JsonSchema['items']): JsonSchema | undefined {
  return typeof items === 'object' && !Array.isArray(items) ? items : undefined;
}
