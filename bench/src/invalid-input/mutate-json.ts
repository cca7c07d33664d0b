import type { Random } from '../../../fuzz/dist/engine/random.js';

/** Other JSON of the same text: a few of its values are replaced, left out, moved, or given other names. */
export function mutateJson(text: string, random: Random): string {
  let root = parseOrUndefined(text);
  if (root === undefined) return text;
  for (let steps = 1 + random.below(3); steps > 0; steps--) root = mutated(root, random);
  return JSON.stringify(root);
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A value, and how to put another in its place; `remove` is absent for the whole text. */
interface Place {
  readonly value: Json;
  readonly replace: (value: Json) => void;
  readonly remove?: () => void;
  readonly rename?: (name: string) => void;
}

function parseOrUndefined(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function mutated(original: Json, random: Random): Json {
  let root = structuredClone(original);
  const whole: Place = {
    value: root,
    replace: (value) => {
      root = value;
    },
  };
  const places = [whole, ...placesIn(root)];
  // The whole text is the likeliest to be refused at once, so it changes seldom.
  const place = (random.chance(0.9) ? random.pick(places.slice(1)) : undefined) ?? whole;
  const change = random.below(10);
  if (change === 0 && place.remove !== undefined) place.remove();
  else if (change === 1 && place.rename !== undefined) place.rename(random.pick(NAMES) ?? '');
  else if (change === 2) place.replace(structuredClone(random.pick(places)?.value ?? null));
  else if (change === 3) place.replace(nested(place.value, random));
  else if (change === 4) place.replace(repeated(place.value, random));
  else place.replace(edge(random));
  return root;
}

function placesIn(value: Json): readonly Place[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => [
      {
        value: item,
        replace: (other: Json) => {
          value[index] = other;
        },
        remove: () => {
          value.splice(index, 1);
        },
      },
      ...placesIn(item),
    ]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [
    {
      value: item,
      replace: (other: Json) => {
        value[name] = other;
      },
      remove: () => {
        Reflect.deleteProperty(value, name);
      },
      rename: (other: string) => {
        Reflect.deleteProperty(value, name);
        Object.defineProperty(value, other, { value: item, enumerable: true, configurable: true });
      },
    },
    ...placesIn(item),
  ]);
}

const NAMES = ['type', 'session', '__proto__', 'constructor', '', 'uid', 'config', 'é', 'x'.repeat(300)];

const EDGES: readonly Json[] = [
  ...[null, true, false, 0, -1, 1, 1e308, -1e-308, 2 ** 53, 0.5, 8000, 48_000, 65_536, 4_294_967_296],
  ...[
    '',
    ' ',
    '0',
    'null',
    'en',
    'de-DE',
    'multi',
    'ogg',
    'container',
    'opus',
    '\ud800',
    '\u0000',
    '\u202e',
    '💉',
  ],
  ...['../../etc/passwd', 'a,b;c\nd', 'on', 'x'.repeat(5000), [], {}],
];

function edge(random: Random): Json {
  return structuredClone(random.pick(EDGES) ?? null);
}

/** The deepest is beyond what the server reads. */
function nested(value: Json, random: Random): Json {
  let inner = value;
  for (let depth = 1 << random.below(10); depth > 0; depth--)
    inner = random.chance(0.5) ? [inner] : { a: inner };
  return inner;
}

function repeated(value: Json, random: Random): Json {
  const bytes = JSON.stringify(value).length;
  const most = Math.max(1, Math.floor((random.chance(0.1) ? LONGEST : USUAL) / bytes));
  return Array.from({ length: Math.min(most, 1 << random.below(13)) }, () => value);
}

/** Characters of a repeated value. Many long messages would only take time. */
const LONGEST = 100_000;
const USUAL = 4_000;
