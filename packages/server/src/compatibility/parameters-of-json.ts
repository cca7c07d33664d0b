/**
 * The parameters in a JSON object, each with its name: a list has one for each of its values. What is null counts as left
 * out, and objects have no text of their own.
 */
export function* parametersOfJson(object: Readonly<Record<string, unknown>>): Generator<[string, string]> {
  for (const [name, value] of Object.entries(object))
    for (const one of [value].flat()) if (one !== null) yield [name, textOf(one)];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '{}';
}
