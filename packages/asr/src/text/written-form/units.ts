import { adjoins, type Token } from './token.js';

/**
 * What a unit measures, as far as writing depends on it. Zeros behind the point of a `dose` are never written; those of
 * an `amount`, such as a laboratory value or a size, tell how exactly it was measured and stay. `time` is counted in
 * words below ten where it is vague, a `form` is a tablet or the like.
 */
type UnitKind = 'dose' | 'amount' | 'percent' | 'time' | 'form';

/** A unit, found behind a number. */
export interface Unit {
  readonly kind: UnitKind;
  readonly text: string;
  /** Tokens that it takes. */
  readonly length: number;
  /** Whether it was said in the singular, as before a noun. */
  readonly singular: boolean;
}

interface UnitName {
  readonly kind: UnitKind;
  /** Undefined where the word stays as it was said. */
  readonly symbol: string | undefined;
  readonly singular: boolean;
  /** The symbol behind `per`, where it is another. */
  readonly divisor?: string;
}

/** The unit that begins with the token at `at`, with all its `per`. */
export function unitAt(tokens: readonly Token[], at: number): Unit | undefined {
  const fixed = phraseAt(tokens, at, PHRASES);
  if (fixed !== undefined) {
    const [{ kind, text }, length] = fixed;
    return { kind, text, length, singular: false };
  }
  const name = nameAt(tokens, at);
  if (name === undefined) return undefined;
  const { kind, symbol, singular } = name;
  const base = { kind, text: symbol ?? tokens[at]?.text ?? '', length: 1, singular };
  return kind === 'percent' || kind === 'form' || kind === 'time' ? base : withDivisors(tokens, at, base);
}

/** Whether a word in lower case names a unit by itself. */
export function isUnitWord(word: string): boolean {
  return unitNames.has(word);
}

/** Whether a word in lower case names a form that drugs are taken in. */
export function isDoseForm(word: string | undefined): boolean {
  return word !== undefined && unitNames.get(word)?.kind === 'form';
}

/** Whether a word in lower case is a measure of time. */
export function isTimeUnit(word: string | undefined): boolean {
  return word !== undefined && unitNames.get(word)?.kind === 'time';
}

function nameAt(tokens: readonly Token[], at: number): UnitName | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  // A letter is a unit only as it is written, behind digits: "L four L five" has no liters.
  if (SYMBOLS.has(token.lower)) {
    const behindDigits = token.lower === 'u' || /\d$/u.test(tokens[at - 1]?.text ?? '');
    const written = token.text === SYMBOLS.get(token.lower) && behindDigits;
    return written ? unitNames.get(token.lower) : undefined;
  }
  return unitNames.get(token.lower);
}

function withDivisors(tokens: readonly Token[], at: number, unit: Unit): Unit {
  let { text, length, kind } = unit;
  for (;;) {
    const per = at + length;
    if (tokens[per]?.lower !== 'per' || !adjoins(tokens[per - 1], tokens[per])) break;
    if (!adjoins(tokens[per], tokens[per + 1])) break;
    const divisor = divisorAt(tokens, per + 1);
    if (divisor === undefined) break;
    text += `/${divisor.text}`;
    length += 1 + divisor.length;
    if (divisor.isVolume) kind = 'amount';
  }
  const symbol = CONCENTRATIONS.get(text) ?? text;
  return { ...unit, text: symbol, length, kind };
}

function divisorAt(
  tokens: readonly Token[],
  at: number,
): { readonly text: string; readonly length: number; readonly isVolume: boolean } | undefined {
  const phrase = phraseAt(tokens, at, DIVISORS);
  if (phrase !== undefined) return { text: phrase[0], length: phrase[1], isVolume: true };
  const name = nameAt(tokens, at);
  const text = name?.divisor ?? name?.symbol;
  if (text === undefined || name?.kind === 'percent' || name?.kind === 'form') return undefined;
  return { text, length: 1, isVolume: VOLUMES.has(text) };
}

/** The longest phrase of a table that begins at `at`, and its length. */
function phraseAt<Meaning>(
  tokens: readonly Token[],
  at: number,
  phrases: readonly (readonly [string, Meaning])[],
): readonly [Meaning, number] | undefined {
  for (const [phrase, meaning] of phrases) {
    const words = phrase.split(' ');
    const said = words.every(
      (word, index) =>
        tokens[at + index]?.lower === word &&
        (index === 0 || adjoins(tokens[at + index - 1], tokens[at + index])),
    );
    if (said) return [meaning, words.length];
  }
  return undefined;
}

const unit = (kind: UnitKind, symbol: string | undefined, divisor?: string) =>
  ({ kind, symbol, ...(divisor === undefined ? {} : { divisor }) }) as const;

/** By name in the singular; the plural takes an -s unless it is listed. */
const SINGULARS: readonly (readonly [string, ReturnType<typeof unit>])[] = [
  ['milligram', unit('dose', 'mg')],
  ['milligramme', unit('dose', 'mg')],
  ['microgram', unit('dose', 'mcg')],
  ['nanogram', unit('dose', undefined, 'nanogram')],
  ['picogram', unit('amount', 'pg')],
  ['gram', unit('dose', 'g')],
  ['kilogram', unit('dose', 'kg')],
  ['kilo', unit('dose', 'kg')],
  ['milliliter', unit('dose', 'mL')],
  ['millilitre', unit('dose', 'mL')],
  ['microliter', unit('dose', 'mcL')],
  ['deciliter', unit('amount', 'dL')],
  ['decilitre', unit('amount', 'dL')],
  ['liter', unit('dose', 'L')],
  ['litre', unit('dose', 'L')],
  ['milliequivalent', unit('dose', 'mEq')],
  ['millimole', unit('dose', 'mmol')],
  ['millimeter', unit('amount', 'mm')],
  ['millimetre', unit('amount', 'mm')],
  ['centimeter', unit('amount', 'cm')],
  ['centimetre', unit('amount', 'cm')],
  ['meter', unit('amount', undefined, 'm')],
  ['metre', unit('amount', undefined, 'm')],
  ['kilometer', unit('amount', 'km')],
  ['pound', unit('amount', 'lb')],
  ['ounce', unit('amount', 'oz')],
  ['kilocalorie', unit('amount', 'kcal')],
  ['calorie', unit('amount', undefined)],
  ['mile', unit('amount', undefined)],
  ['joule', unit('amount', undefined)],
  ['degree', unit('amount', undefined)],
  ['dollar', unit('amount', undefined)],
  ['unit', unit('dose', undefined)],
  ['second', unit('time', undefined, 's')],
  ['minute', unit('time', undefined, 'min')],
  ['hour', unit('time', undefined, 'hour')],
  ['day', unit('time', undefined, 'day')],
  ['week', unit('time', undefined, 'week')],
  ['month', unit('time', undefined, 'month')],
  ['year', unit('time', undefined, 'year')],
  ['tablet', unit('form', undefined)],
  ['capsule', unit('form', undefined)],
  ['pill', unit('form', undefined)],
  ['puff', unit('form', undefined)],
  ['drop', unit('form', undefined)],
  ['spray', unit('form', undefined)],
  ['vial', unit('form', undefined)],
  ['ampule', unit('form', undefined)],
  ['ampoule', unit('form', undefined)],
  ['teaspoon', unit('form', undefined)],
  ['tablespoon', unit('form', undefined)],
  ['lozenge', unit('form', undefined)],
  ['suppository', unit('form', undefined)],
  ['caplet', unit('form', undefined)],
];

/** Names without a plural of their own, symbols among them. */
const INVARIABLES: readonly (readonly [string, ReturnType<typeof unit>])[] = [
  ['mg', unit('dose', 'mg')],
  ['mcg', unit('dose', 'mcg')],
  ['µg', unit('dose', 'mcg')],
  ['μg', unit('dose', 'mcg')],
  ['ug', unit('dose', 'mcg')],
  ['kg', unit('dose', 'kg')],
  ['g', unit('dose', 'g')],
  ['ml', unit('dose', 'mL')],
  ['mls', unit('dose', 'mL')],
  ['cc', unit('dose', 'mL')],
  ['ccs', unit('dose', 'mL')],
  ["cc's", unit('dose', 'mL')],
  ['l', unit('dose', 'L')],
  ['dl', unit('amount', 'dL')],
  ['meq', unit('dose', 'mEq')],
  ['mmol', unit('dose', 'mmol')],
  ['mm', unit('amount', 'mm')],
  ['cm', unit('amount', 'cm')],
  ['lb', unit('amount', 'lb')],
  ['lbs', unit('amount', 'lb')],
  ['oz', unit('amount', 'oz')],
  ['mmhg', unit('amount', 'mmHg')],
  ['bpm', unit('amount', 'bpm')],
  ['u', unit('dose', 'units')],
  ['feet', unit('amount', undefined)],
  ['foot', unit('amount', undefined)],
  ['inches', unit('amount', undefined)],
  ['inch', unit('amount', undefined)],
  ['fahrenheit', unit('amount', '°F')],
  ['celsius', unit('amount', '°C')],
  ['centigrade', unit('amount', '°C')],
  ['hertz', unit('amount', 'Hz')],
  ['decibels', unit('amount', 'dB')],
  ['french', unit('amount', 'French')],
  ['gauge', unit('amount', undefined)],
  ['percent', unit('percent', '%')],
  ['%', unit('percent', '%')],
  ['suppositories', unit('form', undefined)],
];

const unitNames: ReadonlyMap<string, UnitName> = new Map<string, UnitName>([
  ...SINGULARS.map(([name, meaning]) => [name, { ...meaning, singular: true }] as const),
  ...SINGULARS.map(([name, meaning]) => [`${name}s`, { ...meaning, singular: false }] as const),
  ...INVARIABLES.map(([name, meaning]) => [name, { ...meaning, singular: false }] as const),
]);

const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ['u', 'U'],
  ['l', 'L'],
  ['g', 'g'],
]);

const VOLUMES: ReadonlySet<string> = new Set(['L', 'dL', 'mL', 'mcL']);

/** Units of several words that are written otherwise than word by word. The longer stand first. */
const PHRASES: readonly (readonly [string, { readonly kind: UnitKind; readonly text: string }])[] = [
  ['milli international units per liter', { kind: 'amount', text: 'mIU/L' }],
  ['millimeters of mercury', { kind: 'amount', text: 'mmHg' }],
  ['millimetres of mercury', { kind: 'amount', text: 'mmHg' }],
  ['millimeter of mercury', { kind: 'amount', text: 'mmHg' }],
  ['centimeters of water', { kind: 'amount', text: 'cmH2O' }],
  ['degrees fahrenheit', { kind: 'amount', text: '°F' }],
  ['degrees celsius', { kind: 'amount', text: '°C' }],
  ['degrees centigrade', { kind: 'amount', text: '°C' }],
  ['degrees f', { kind: 'amount', text: '°F' }],
  ['degrees c', { kind: 'amount', text: '°C' }],
  ['beats per minute', { kind: 'amount', text: 'bpm' }],
  ['beats a minute', { kind: 'amount', text: 'bpm' }],
  ['breaths per minute', { kind: 'amount', text: 'breaths/min' }],
  ['breaths a minute', { kind: 'amount', text: 'breaths/min' }],
  ['international units', { kind: 'dose', text: 'international units' }],
  ['pack year', { kind: 'amount', text: 'pack-year' }],
  ['pack years', { kind: 'amount', text: 'pack-years' }],
  ['square centimeters', { kind: 'amount', text: 'cm²' }],
  ['square meters', { kind: 'amount', text: 'm²' }],
  ['mm hg', { kind: 'amount', text: 'mmHg' }],
  ['per cent', { kind: 'percent', text: '%' }],
  ['m g', { kind: 'dose', text: 'mg' }],
  ['m l', { kind: 'dose', text: 'mL' }],
  ['c c', { kind: 'dose', text: 'mL' }],
  ['m c g', { kind: 'dose', text: 'mcg' }],
];

const DIVISORS: readonly (readonly [string, string])[] = [
  ['high power field', 'hpf'],
  ['low power field', 'lpf'],
  ['square meter', 'm²'],
  ['meter squared', 'm²'],
  ['metre squared', 'm²'],
  ['cubic millimeter', 'mm³'],
  ['cubic centimeter', 'mL'],
];

/** Nanograms are written out in doses, where they are mistaken for milligrams; laboratories abbreviate them. */
const CONCENTRATIONS: ReadonlyMap<string, string> = new Map(
  ['nanograms', 'nanogram'].flatMap((name) => [
    [`${name}/mL`, 'ng/mL'] as const,
    [`${name}/dL`, 'ng/dL'] as const,
    [`${name}/L`, 'ng/L'] as const,
  ]),
);
