import { z } from 'zod';

/**
 * A setting as a field of a form, which is text: `true`, `4`. Throws a `TypeError` for values that have no
 * short text.
 */
export function formField(value: z.ZodType): z.ZodType {
  return textOf(value)
    .optional()
    .meta({ ...value.meta() });
}

function textOf(value: z.ZodType): z.ZodType {
  if (value instanceof z.ZodEnum || value instanceof z.ZodString) return value;
  if (value instanceof z.ZodBoolean) return z.enum(['true', 'false']).transform((text) => text === 'true');
  if (value instanceof z.ZodNumber && value.format === 'safeint')
    return z.enum(wholeNumbers(value)).transform(Number);
  if (value instanceof z.ZodUnion) return z.union(value.options.map((option) => textOf(option as z.ZodType)));
  throw new TypeError('a setting of recordings has values that a form has no text for');
}

function wholeNumbers({ minValue, maxValue }: z.ZodNumber): readonly string[] {
  const [min, max] = [minValue ?? 0, maxValue ?? 0];
  return Array.from({ length: max - min + 1 }, (_, before) => String(min + before));
}
