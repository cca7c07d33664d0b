import type { ParameterTable, ParameterWarning } from './parameters.js';

/** What a request asks for, and what of it is not done. */
export interface ReadParameters<Wishes> {
  readonly wishes: Partial<Wishes>;
  readonly warnings: readonly ParameterWarning[];
}

/** Whoever sends more names than this is not told of each that is not known. */
const MOST_UNKNOWN = 20;

/** Names that are repeated in warnings; anything else may be content. */
const NAME = /^[a-z][\w.-]{0,63}$/i;

/**
 * Reads the parameters of a query or form by the table of their interface. `given` has the values in order, each with its
 * name: `tag`, also `tag[]`, `chunking_strategy[type]` for the parameter `chunking_strategy`. Those that are not in the table
 * are ignored, with a warning.
 * @throws {RequestError} that names the parameter if it is refused or a value is not allowed.
 */
export function readParameters<Wishes>(
  table: ParameterTable<Wishes>,
  given: Iterable<readonly [name: string, value: string]>,
): ReadParameters<Wishes> {
  const warnings: ParameterWarning[] = [];
  const wishes: Partial<Wishes> = {};
  const unknown = new Set<string>();
  for (const [name, values] of valuesByName(given)) {
    const parameter = Object.hasOwn(table, name) ? table[name] : undefined;
    if (parameter === undefined) {
      if (unknown.size < MOST_UNKNOWN) unknown.add(NAME.test(name) ? name : 'a name that cannot be written');
      continue;
    }
    const warn = (reason: string): void => {
      warnings.push({ parameter: name, reason });
    };
    Object.assign(wishes, parameter.read({ name, values, warn }));
  }
  for (const parameter of unknown) warnings.push({ parameter, reason: 'not known' });
  return { wishes, warnings };
}

/** The parameters of a query that was parsed by Node's rules: a name that is repeated has a list. */
export function* parametersOfQuery(query: Readonly<Record<string, unknown>>): Generator<[string, string]> {
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) yield [name, typeof one === 'string' ? one : ''];
}

function valuesByName(given: Iterable<readonly [string, string]>): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [written, value] of given) {
    const name = written.replace(/\[.*$/, '');
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}
