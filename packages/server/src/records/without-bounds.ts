import { z } from 'zod';

/**
 * The same shape without limits on numbers, texts and lengths of lists; items of lists keep theirs. Sealed values were
 * checked when they were written, and have to stay readable when a limit becomes narrower.
 */
export function withoutBounds(schema: z.ZodType): z.ZodType {
  return freed(schema).meta({ ...schema.meta() });
}

function freed(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodNumber) return schema.format === 'safeint' ? z.int() : z.number();
  if (schema instanceof z.ZodString) return z.string();
  if (schema instanceof z.ZodExactOptional)
    return withoutBounds(schema.unwrap() as z.ZodType).exactOptional();
  if (schema instanceof z.ZodArray) return z.array(schema.element);
  if (!(schema instanceof z.ZodObject)) return schema;
  const parts = Object.entries<z.ZodType>(schema.shape);
  return z.object(Object.fromEntries(parts.map(([name, part]) => [name, withoutBounds(part)])));
}
