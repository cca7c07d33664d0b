import { phraseAt, phraseTable } from './phrase-table.js';
import { readOnce } from './read-once.js';
import { adjoins, type Token } from './token.js';
import { unitNamed, type UnitKind, type UnitName } from './unit-names.js';

/** A unit, found after a number. */
export interface Unit {
  readonly kind: UnitKind;
  readonly text: string;
  /** How many tokens it takes. */
  readonly length: number;
  /** Whether it was said in the singular, as before a noun. */
  readonly singular: boolean;
}

/** The unit that begins with the token at `at`, with all its `per`. */
export const unitAt = readOnce(readUnit);

function readUnit(tokens: readonly Token[], at: number): Unit | undefined {
  const fixed = phraseAt(tokens, at, PHRASES);
  if (fixed !== undefined) return { ...fixed.meaning, length: fixed.length, singular: false };
  const name = nameAt(tokens, at);
  if (name === undefined) return quotientAt(tokens, at);
  const { kind, symbol, singular } = name;
  const one = symbol === 'units' && tokens[at - 1]?.text === '1';
  const base = { kind, text: one ? 'unit' : (symbol ?? tokens[at]?.text ?? ''), length: 1, singular };
  return kind === 'percent' || kind === 'form' || kind === 'time' ? base : withDivisors(tokens, at, base);
}

function nameAt(tokens: readonly Token[], at: number): UnitName | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  // A letter is a unit only in its written form, after digits: "L four L five" has no liters.
  if (SYMBOLS.has(token.lower)) {
    const behindDigits = token.text === 'U' || /\d$/u.test(tokens[at - 1]?.text ?? '');
    const isSymbol = token.lower === 'u' || token.text === SYMBOLS.get(token.lower);
    const written = isSymbol && behindDigits;
    return written ? unitNamed(token.lower) : undefined;
  }
  return unitNamed(token.lower);
}

/** `mg/kg/min`, as models write it. */
function quotientAt(tokens: readonly Token[], at: number): Unit | undefined {
  const token = tokens[at];
  const [first = '', ...divisors] = token?.text.split('/') ?? [];
  if (token === undefined || divisors.length === 0 || divisors.includes('')) return undefined;
  const written = [first, ...divisors].map((text) =>
    nameAt([...tokens.slice(0, at), { ...token, text, lower: text.toLowerCase() }], at),
  );
  const [name, ...others] = written;
  if (name === undefined || (name.kind !== 'dose' && name.kind !== 'amount')) return undefined;
  const symbols = divisors.map(
    (text, index) => (others[index]?.kind === 'dose' ? others[index].symbol : undefined) ?? text,
  );
  const isVolume = symbols.some((symbol) => VOLUMES.has(symbol));
  const text = [name.symbol ?? first, ...symbols].join('/');
  return { kind: isVolume ? 'amount' : name.kind, text, length: 1, singular: false };
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
  if (phrase !== undefined) return { text: phrase.meaning, length: phrase.length, isVolume: true };
  const name = nameAt(tokens, at);
  const text = name?.divisor ?? name?.symbol;
  if (text === undefined || name?.kind === 'percent' || name?.kind === 'form') return undefined;
  return { text, length: 1, isVolume: VOLUMES.has(text) };
}

const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ['u', 'U'],
  ['l', 'L'],
  ['g', 'g'],
]);

const VOLUMES: ReadonlySet<string> = new Set(['L', 'dL', 'mL', 'mcL']);

/** Units of several words that are not written word by word. Longer ones come first. */
const PHRASES = phraseTable<{ readonly kind: UnitKind; readonly text: string }>([
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
]);

const DIVISORS = phraseTable<string>([
  ['high power field', 'hpf'],
  ['low power field', 'lpf'],
  ['square meter', 'm²'],
  ['meter squared', 'm²'],
  ['metre squared', 'm²'],
  ['cubic millimeter', 'mm³'],
  ['cubic centimeter', 'mL'],
]);

/** Nanograms are written out in doses, where they are mistaken for milligrams; laboratories abbreviate them. */
const CONCENTRATIONS: ReadonlyMap<string, string> = new Map(
  ['nanograms', 'nanogram'].flatMap((name) => [
    [`${name}/mL`, 'ng/mL'] as const,
    [`${name}/dL`, 'ng/dL'] as const,
    [`${name}/L`, 'ng/L'] as const,
  ]),
);
