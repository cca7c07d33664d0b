/** `zero` to `nine`, and other names of zero when digits are said one by one. */
export const DIGITS: ReadonlyMap<string, number> = new Map([
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map(numbered(0)),
  ['oh', 0],
  ['nought', 0],
]);

export const TEENS: ReadonlyMap<string, number> = new Map(
  [
    ...['ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen'],
    'nineteen',
  ].map(numbered(10)),
);

export const TENS: ReadonlyMap<string, number> = new Map(
  ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'].map((word, index) => [
    word,
    (index + 2) * 10,
  ]),
);

export const SCALES: ReadonlyMap<string, number> = new Map([
  ['hundred', 100],
  ['thousand', 1e3],
  ['million', 1e6],
  ['billion', 1e9],
]);

/** Ordinals of one word. */
export const ORDINALS: ReadonlyMap<string, number> = new Map([
  ...['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'].map(numbered(1)),
  ...['tenth', 'eleventh', 'twelfth', 'thirteenth', 'fourteenth', 'fifteenth'].map(numbered(10)),
  ...['sixteenth', 'seventeenth', 'eighteenth', 'nineteenth'].map(numbered(16)),
  ...[...TENS].map(([word, value]) => [word.replace(/y$/u, 'ieth'), value] as const),
  ['hundredth', 100],
]);

/** Words for parts of a whole. */
export const PARTS: ReadonlyMap<string, number> = new Map([
  ['half', 2],
  ['halves', 2],
  ['quarter', 4],
  ['quarters', 4],
  ['third', 3],
  ['thirds', 3],
  ['fourth', 4],
  ['fourths', 4],
  ['fifth', 5],
  ['fifths', 5],
  ['sixth', 6],
  ['sixths', 6],
  ['eighth', 8],
  ['eighths', 8],
  ['tenth', 10],
  ['tenths', 10],
]);

/** Plurals: years and ages (`in her thirties`), and uncounted amounts (`hundreds`). */
export const DECADES: ReadonlyMap<string, number> = new Map([
  ...[...TENS].map(([word, value]) => [word.replace(/y$/u, 'ies'), value] as const),
  ['hundreds', 100],
  ['thousands', 1e3],
  ['millions', 1e6],
]);

/** Vague amounts. A scale after them must not be read by itself. */
export const VAGUE: ReadonlySet<string> = new Set(['few', 'several', 'couple', 'many']);

export const REPEATS: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
]);

export const HESITATIONS: ReadonlySet<string> = new Set(['uh', 'um', 'er', 'erm', 'hm', 'hmm']);

export const NEGATIONS: ReadonlySet<string> = new Set([
  ...['no', 'not', 'without', 'never', 'none', 'nor', 'neither', 'cannot', 'deny', 'denies', 'denied'],
  'denying',
]);

export const MONTHS: ReadonlySet<string> = new Set([
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october'],
  ...['november', 'december'],
]);

/** Words after which digits said one by one, or in pairs, are one name. */
export const IDENTIFIED: ReadonlySet<string> = new Set([
  ...[
    'call',
    'phone',
    'telephone',
    'number',
    'zip',
    'code',
    'record',
    'account',
    'extension',
    'pager',
    'fax',
  ],
  ...['room', 'id', 'mrn', 'bed'],
]);

/** Words that are followed by a separate number, whatever comes after it. */
export const NUMBERED: ReadonlySet<string> = new Set([
  ...['type', 'stage', 'grade', 'day', 'days', 'vitamin', 'covid', 'class', 'phase', 'step', 'lead', 'week'],
  ...['room', 'bed', 'category', 'd', 'b', 'c', 'l', 't', 's', 'n', 'm', 'g', 'p', 'q'],
]);

/** Units by each of their names. */
export const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    mg: ['milligram', 'milligrams'],
    mcg: ['ug', 'µg', 'μg', 'microgram', 'micrograms'],
    g: ['gm', 'gram', 'grams'],
    kg: ['kilo', 'kilos', 'kilogram', 'kilograms'],
    ng: ['nanogram', 'nanograms'],
    ml: ['cc', 'milliliter', 'milliliters', 'millilitre', 'millilitres'],
    l: ['liter', 'liters', 'litre', 'litres'],
    dl: ['deciliter', 'deciliters'],
    meq: ['milliequivalent', 'milliequivalents'],
    mmol: ['millimole', 'millimoles'],
    unit: ['units', 'iu', 'u'],
    '%': ['percent'],
    cm: ['centimeter', 'centimeters', 'centimetre', 'centimetres'],
    mm: ['millimeter', 'millimeters'],
    mmhg: [],
    bpm: [],
    inch: ['inches'],
    foot: ['feet', 'ft'],
    lb: ['pound', 'pounds', 'lbs'],
    ounce: ['ounces', 'oz'],
    fahrenheit: ['f'],
    celsius: [],
    min: ['minute', 'minutes'],
    s: ['seconds', 'sec'],
    hour: ['hours', 'h', 'hr', 'hrs'],
    day: ['days'],
    week: ['weeks'],
    month: ['months'],
    year: ['years'],
    tablet: ['tablets'],
    capsule: ['capsules'],
    puff: ['puffs'],
    drop: ['drops'],
    dose: ['doses'],
    daily: ['qd'],
    once: [],
    twice: [],
    am: [],
    pm: [],
  }).flatMap(([unit, names]) => [unit, ...names].map((name) => [name, unit] as const)),
);

function numbered(from: number): (word: string, index: number) => readonly [string, number] {
  return (word, index) => [word, from + index];
}
