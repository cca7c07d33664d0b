/** Marks an object that holds JSON which is written already. */
const JSON_TEXT = Symbol('JSON');

/** An object that stands for JSON which is written already. */
export function writtenJson(json: string): object {
  return { [JSON_TEXT]: json };
}

/**
 * Writes a value as `JSON.stringify` does, in pieces: fields of the outermost object, items of generators, and fields of items
 * that hold generators themselves. Give long lists as generators, so that they can be written piece by piece.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) yield JSON.stringify(value);
  else if (JSON_TEXT in value) yield value[JSON_TEXT] as string;
  else if (isGenerator(value)) yield* enclosed('[', value, ']', itemPieces);
  else yield* enclosed('{', fieldsOf(value), '}', fieldPieces);
}

/** A generator of the results of a function for each item. */
export function* mapped<Item, Result>(
  items: Iterable<Item>,
  change: (item: Item, index: number) => Result,
): Generator<Result> {
  let index = 0;
  for (const item of items) yield change(item, index++);
}

type Field = readonly [name: string, value: unknown];

function* fieldPieces([name, value]: Field): Generator<string> {
  yield `${JSON.stringify(name)}:`;
  yield* itemPieces(value);
}

function* itemPieces(value: unknown): Generator<string> {
  if (isInPieces(value)) yield* jsonPieces(value);
  else yield JSON.stringify(value);
}

function* enclosed<Item>(
  open: string,
  items: Iterable<Item>,
  close: string,
  piecesOf: (item: Item) => Iterable<string>,
): Generator<string> {
  let before = open;
  for (const item of items) {
    yield before;
    yield* piecesOf(item);
    before = ',';
  }
  yield before === open ? open + close : close;
}

function fieldsOf(value: object): readonly Field[] {
  return Object.entries(value).filter(([, field]) => field !== undefined);
}

function isInPieces(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return JSON_TEXT in value || isGenerator(value) || Object.values(value).some(isGenerator);
}

function isGenerator(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value;
}
