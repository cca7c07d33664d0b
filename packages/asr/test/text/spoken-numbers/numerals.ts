import type { Token } from './tokens.js';
import { DECADES, DIGITS, ORDINALS, PARTS, REPEATS, SCALES, TEENS, TENS, VAGUE } from './vocabulary.js';

/** A possible meaning of a number in a row of tokens. */
export interface Numeral {
  /** The place of the token after it. */
  readonly end: number;
  /** A value, or digits whose leading zeros count; some begin or end with a mark for the kind of number. */
  readonly value: string;
  /**
   * `standard`: the usual reading of these words. `elided`: a hundred, a colon or the like is left out. `digits`: one
   * digit after another. `name`: digits and pairs of digits, as in telephone numbers.
   */
  readonly kind: 'standard' | 'elided' | 'digits' | 'name';
  /** Each scale that the number may be a count of, with the count: 200 thousand, or 2 hundred thousand. */
  readonly shares: readonly (readonly [count: number, scale: number])[];
  /** The scale of the number itself; 1 if it has none. */
  readonly scale: number;
}

/** Every number that begins at a token, in every possible meaning. */
export function numeralsAt(tokens: readonly Token[], start: number, isName: boolean): Numeral[] {
  const whole = cardinals(tokens, start);
  const short = elided(tokens, start);
  const found = [
    ...whole.map(standard),
    ...decimals(tokens, start, whole, short),
    ...fractions(tokens, start),
    ...mixed(tokens, start, whole),
    ...ordinals(tokens, start, whole),
    ...decades(tokens, start),
    ...amounts(tokens, start),
    ...short.flatMap((number) => [
      numeral(number, 'elided'),
      ...scaled(tokens, number).map((all) => numeral(all, 'elided')),
    ]),
    ...digitRuns(tokens, start),
    ...(isName ? names(tokens, start) : []),
    ...written(tokens, start),
  ];
  const distinct = new Map(found.map((one) => [`${String(one.end)} ${one.value} ${one.kind}`, one]));
  return [...distinct.values()];
}

/** How a value is compared: no zeros behind a point, no floating-point dust. */
export function canonical(value: number): string {
  return String(Math.round(value * 1e9) / 1e9);
}

/** How digits are compared: those with a zero in front, and very long ones, digit by digit. */
function canonicalDigits(digits: string): string {
  return /^0\d|^\d{16}/u.test(digits) ? `#${digits}` : canonical(Number(digits));
}

interface Counted {
  readonly end: number;
  readonly value: number;
  readonly scale?: number;
  readonly shares?: readonly (readonly [number, number])[];
}

function numeral({ end, value, scale = 1, shares = [] }: Counted, kind: Numeral['kind']): Numeral {
  return { end, value: canonical(value), kind, scale, shares };
}

function standard(counted: Counted): Numeral {
  return numeral(counted, 'standard');
}

/** Words with a comma between them are not one number. */
function word(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  if (token?.kind !== 'word' || (at > 0 && tokens[at - 1]?.ends !== 'nothing')) return undefined;
  return token.text;
}

function first(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  return token?.kind === 'word' ? token.text : undefined;
}

function lookUp(words: ReadonlyMap<string, number>, text: string | undefined): number | undefined {
  return text === undefined ? undefined : words.get(text);
}

function underHundred(tokens: readonly Token[], at: number, read = word): Counted[] {
  const text = read(tokens, at);
  const small = text === 'oh' ? undefined : (lookUp(DIGITS, text) ?? lookUp(TEENS, text));
  if (small !== undefined) return [{ end: at + 1, value: small }];
  const tens = lookUp(TENS, text);
  if (tens === undefined) return [];
  const unit = word(tokens, at + 1) === 'oh' ? undefined : lookUp(DIGITS, word(tokens, at + 1));
  return [
    { end: at + 1, value: tens },
    ...(unit === undefined || unit === 0 ? [] : [{ end: at + 2, value: tens + unit }]),
  ];
}

function hundreds(tokens: readonly Token[], at: number, read = word): Counted[] {
  const counts = [
    ...underHundred(tokens, at, read).filter(({ value }) => value > 0),
    ...(read(tokens, at) === 'a' || read(tokens, at) === 'an' ? [{ end: at + 1, value: 1 }] : []),
    ...(read(tokens, at) === 'hundred' && read === first ? [{ end: at, value: 1 }] : []),
  ];
  return counts.flatMap(({ end, value }) => {
    if ((end === at ? read : word)(tokens, end) !== 'hundred') return [];
    const behind = word(tokens, end + 1) === 'and' ? end + 2 : end + 1;
    const rests = underHundred(tokens, behind).filter((rest) => rest.value > 0);
    return [
      { end: end + 1, value: value * 100, scale: 100, shares: [[value, 100] as const] },
      ...rests.map((rest) => ({ end: rest.end, value: value * 100 + rest.value, scale: 100 })),
    ];
  });
}

/** `two hundred and five thousand three hundred`, and what it begins with. */
function cardinals(tokens: readonly Token[], at: number): Counted[] {
  return below(tokens, at, Infinity, first);
}

function below(tokens: readonly Token[], at: number, limit: number, read = word): Counted[] {
  const counts: Counted[] = [...underHundred(tokens, at, read), ...hundreds(tokens, at, read)];
  const ones: Counted[] = [
    ...(read(tokens, at) === 'a' ? [{ end: at + 1, value: 1 }] : []),
    ...(SCALES.has(read(tokens, at) ?? '') && read === first && limit === Infinity
      ? [{ end: at, value: 1 }]
      : []),
  ];
  const large = [...counts, ...ones].flatMap((count) => {
    const scale = lookUp(SCALES, (count.end === at ? read : word)(tokens, count.end));
    if (scale === undefined || scale < 1000 || scale >= limit || count.value === 0) return [];
    const value = count.value * scale;
    const inner = (count.shares ?? []).map(([share, size]) => [share, size * scale] as const);
    const whole = { end: count.end + 1, value, scale, shares: [[count.value, scale] as const, ...inner] };
    const comma = tokens[count.end]?.ends === 'part';
    const behind = word(tokens, count.end + 1) === 'and' ? count.end + 2 : count.end + 1;
    const rests = below(tokens, behind, scale, comma ? first : word);
    return [
      whole,
      ...rests
        .filter((rest) => rest.value > 0 && rest.value < scale)
        .map((rest) => ({ end: rest.end, value: value + rest.value, scale })),
    ];
  });
  return [...counts, ...large];
}

/** With `thousand` and the like behind: `2.5 million`, `one fifty thousand`. */
function scaled(tokens: readonly Token[], { end, value }: Counted): Counted[] {
  const scale = lookUp(SCALES, word(tokens, end));
  if (scale === undefined) return [];
  const once = { end: end + 1, value: value * scale, scale, shares: [[value, scale] as const] };
  return [once, ...(scale === 100 ? scaled(tokens, once) : [])];
}

function decimals(
  tokens: readonly Token[],
  at: number,
  cardinal: readonly Counted[],
  short: readonly Counted[],
): Numeral[] {
  if (!tokens.slice(at).some(({ text }) => text === 'point')) return [];
  const wholes: (Counted & { readonly kind: Numeral['kind'] })[] = [
    ...cardinal.map((one) => ({ ...one, kind: 'standard' as const })),
    ...short.map((one) => ({ ...one, kind: 'standard' as const })),
    ...digitStrings(tokens, at)
      .filter(({ digits }) => digits.length > 1)
      .map(({ end, digits }) => ({ end, value: Number(digits), kind: 'elided' as const })),
    ...(first(tokens, at) === 'point' ? [{ end: at, value: 0, kind: 'standard' as const }] : []),
    ...(first(tokens, at) === 'oh' ? [{ end: at + 1, value: 0, kind: 'standard' as const }] : []),
    ...inDigits(tokens, at).map((one) => ({ ...one, kind: 'standard' as const })),
  ];
  return wholes.flatMap(({ end, value, kind }) => {
    if ((end === at ? first : word)(tokens, end) !== 'point' || !Number.isInteger(value)) return [];
    return decimalPlaces(tokens, end + 1).flatMap(({ end: behind, digits }) => {
      // `point oh` waits for its last digit.
      if (end === at && /^0+$/u.test(digits)) return [];
      const number = { end: behind, value: Number(`${String(value)}.${digits}`) };
      return [number, ...scaled(tokens, number)].map((one) => numeral(one, kind));
    });
  });
}

/** Digits one by one, at most one pair of them, which is the last. */
function decimalPlaces(tokens: readonly Token[], at: number): { end: number; digits: string }[] {
  const singles = digitStrings(tokens, at);
  const pairs = [{ end: at, digits: '' }, ...singles].flatMap(({ end, digits }) =>
    [...underHundred(tokens, end), ...inDigits(tokens, end)]
      .filter(({ value }) => value >= 10 && value < 100)
      .map((pair) => ({ end: pair.end, digits: digits + String(pair.value) })),
  );
  const plain = tokens[at];
  const figures =
    plain?.kind === 'digits' && /^\d+$/u.test(plain.text) && tokens[at - 1]?.ends === 'nothing'
      ? [{ end: at + 1, digits: plain.text }]
      : [];
  return [...singles, ...pairs, ...figures];
}

/** Digits said one by one, also doubled, of every length from one. */
function digitStrings(
  tokens: readonly Token[],
  at: number,
  read = word,
): { readonly end: number; readonly digits: string }[] {
  const found: { end: number; digits: string }[] = [];
  let digits = '';
  for (let end = at; ;) {
    const text = (end === at ? read : word)(tokens, end);
    const times = lookUp(REPEATS, text);
    const digit = lookUp(DIGITS, times === undefined ? text : word(tokens, end + 1));
    if (digit === undefined) return found;
    end += times === undefined ? 1 : 2;
    digits += String(digit).repeat(times ?? 1);
    found.push({ end, digits });
  }
}

function digitRuns(tokens: readonly Token[], at: number): Numeral[] {
  const runs = digitStrings(tokens, at, first)
    .filter(({ digits }) => digits.length > 1 || digits === '0')
    .map(({ end, digits }) => ({ ...nothing, end, value: canonicalDigits(digits), kind: 'digits' as const }));
  return [...runs, ...hoursOfTheDay(tokens, at)];
}

const nothing = { shares: [], scale: 1 };

/** `oh eight hundred`, `oh eight thirty`, `eight hundred hours`. */
function hoursOfTheDay(tokens: readonly Token[], at: number): Numeral[] {
  const zero = ['oh', 'zero'].includes(first(tokens, at) ?? '');
  const hour = lookUp(DIGITS, (zero ? word : first)(tokens, at + (zero ? 1 : 0)));
  if (hour === undefined) return [];
  const behind = at + (zero ? 2 : 1);
  const minutes = [
    ...underHundred(tokens, behind).filter(({ value }) => value >= 10),
    ...(word(tokens, behind) === 'hundred' ? [{ end: behind + 1, value: 0 }] : []),
  ];
  return minutes
    .filter(({ end }) => zero || ['hours', 'hour'].includes(word(tokens, end) ?? ''))
    .map(({ end, value }) => ({
      ...nothing,
      end,
      value: canonicalDigits(`0${String(hour)}${String(value).padStart(2, '0')}`),
      kind: 'elided' as const,
    }));
}

/** `one forty two`, `one oh five`, `nineteen eighty five`, `twenty oh eight`. */
function elided(tokens: readonly Token[], at: number): Counted[] {
  const heads = underHundred(tokens, at, first).filter(({ value }) => value > 0 && value < 25);
  return heads.flatMap(({ end, value }) => {
    const tails = underHundred(tokens, end).filter((tail) => tail.value >= 10);
    const unit = word(tokens, end) === 'oh' ? lookUp(DIGITS, word(tokens, end + 1)) : undefined;
    return [
      ...tails.map((tail) => ({ end: tail.end, value: value * 100 + tail.value })),
      ...(unit === undefined ? [] : [{ end: end + 2, value: value * 100 + unit }]),
    ];
  });
}

/** Digits, pairs and hundreds in a row, as telephones and rooms have them. */
function names(tokens: readonly Token[], at: number): Numeral[] {
  let ends = new Map<string, { end: number; digits: string }>([['', { end: at, digits: '' }]]);
  const found: Numeral[] = [];
  while (ends.size > 0) {
    const next = new Map<string, { end: number; digits: string }>();
    for (const { end, digits } of ends.values()) {
      // A comma groups the digits of a name.
      const parts = [
        ...digitStrings(tokens, end, first).slice(0, 1),
        ...[...underHundred(tokens, end, first), ...hundreds(tokens, end, first)].map((one) => ({
          end: one.end,
          digits: String(one.value),
        })),
      ];
      for (const part of parts) {
        const all = { end: part.end, digits: digits + part.digits };
        next.set(`${String(all.end)} ${all.digits}`, all);
      }
    }
    for (const { end, digits } of next.values())
      if (end > at + 1)
        found.push({ ...nothing, end, value: canonicalDigits(digits), kind: 'name' as const });
    ends = next;
  }
  return found;
}

function isPart(tokens: readonly Token[], at: number): number | undefined {
  return lookUp(PARTS, word(tokens, at));
}

/** `half`, `a quarter`, `two thirds`, `half a million`, `a quarter of a million`. */
function fractions(tokens: readonly Token[], at: number): Numeral[] {
  const counts = [
    ...(PARTS.has(first(tokens, at) ?? '') ? [{ end: at, value: 1 }] : []),
    ...(['a', 'an'].includes(first(tokens, at) ?? '') ? [{ end: at + 1, value: 1 }] : []),
    ...underHundred(tokens, at, first).filter(({ value }) => value > 0),
    ...inDigits(tokens, at),
  ];
  return counts.flatMap(({ end, value }) => {
    const text = (end === at ? first : word)(tokens, end);
    const parts = lookUp(PARTS, text);
    if (parts === undefined || text === undefined) return [];
    // An ordinal by itself is no fraction; `one third` may be either.
    if (ORDINALS.has(text) && (end === at || (value !== 1 && !text.endsWith('s')))) return [];
    const number = { end: end + 1, value: value / parts };
    const whole = ['half', 'quarter'].includes(text) && end === at ? [number] : [number];
    const kind = ORDINALS.has(text) ? 'elided' : 'standard';
    return [...whole, ...ofScale(tokens, number)].map((one) => numeral(one, kind));
  });
}

/** `half a million`, `three quarters of a million`. */
function ofScale(tokens: readonly Token[], { end, value }: Counted): Counted[] {
  const behindOf = word(tokens, end) === 'of' ? end + 1 : end;
  const behind = word(tokens, behindOf) === 'a' ? behindOf + 1 : behindOf;
  const scale = lookUp(SCALES, word(tokens, behind));
  return scale === undefined
    ? []
    : [{ end: behind + 1, value: value * scale, scale, shares: [[value, scale] as const] }];
}

/** `two and a half`, `two and three quarters thousand`, `a million and a half`, and the same behind digits. */
function mixed(tokens: readonly Token[], at: number, cardinal: readonly Counted[]): Numeral[] {
  const wholes = [...cardinal, ...inDigits(tokens, at)];
  return wholes.flatMap((whole) => {
    if (word(tokens, whole.end) !== 'and') return [];
    const start = whole.end + 1;
    const counts = [
      ...(['a', 'an', 'one'].includes(word(tokens, start) ?? '') ? [{ end: start + 1, value: 1 }] : []),
      ...(word(tokens, start) === 'half' ? [{ end: start, value: 1 }] : []),
      ...underHundred(tokens, start).filter(({ value }) => value > 1 && value < 10),
    ];
    const [top, slash, bottom] = tokens.slice(start, start + 3);
    if (top?.kind === 'digits' && slash?.text === '/' && slash.glued && bottom?.kind === 'digits')
      return [standard({ end: start + 3, value: whole.value + Number(top.text) / Number(bottom.text) })];
    return counts.flatMap(({ end, value }) => {
      const parts = isPart(tokens, end);
      if (parts === undefined) return [];
      const size = whole.scale !== undefined && whole.scale >= 1000 ? whole.scale : 1;
      const number = { end: end + 1, value: whole.value + (size * value) / parts };
      return [number, ...(size === 1 ? scaled(tokens, number) : [])].map(standard);
    });
  });
}

function ordinals(tokens: readonly Token[], at: number, cardinal: readonly Counted[]): Numeral[] {
  const ordinal = (end: number, value: number): Numeral => ({
    ...nothing,
    end,
    value: `${canonical(value)}th`,
    kind: 'standard',
  });
  const alone = lookUp(ORDINALS, first(tokens, at));
  const behind = cardinal.flatMap(({ end, value, scale = 1 }) => {
    const start = word(tokens, end) === 'and' && scale > 1 ? end + 1 : end;
    const last = lookUp(ORDINALS, word(tokens, start));
    if (last === 100) return value < 100 && value > 0 ? [ordinal(start + 1, value * 100)] : [];
    if (last === undefined) return [];
    const fits = value % 100 === 0 || (value % 10 === 0 && value % 100 >= 20 && last < 10);
    return fits && value > 0 ? [ordinal(start + 1, value + last)] : [];
  });
  const second = first(tokens, at) === 'second' ? [{ ...ordinal(at + 1, 2), value: 'u:s' }] : [];
  return [...(alone === undefined ? [] : [ordinal(at + 1, alone)]), ...behind, ...second];
}

function decades(tokens: readonly Token[], at: number): Numeral[] {
  const named = (end: number, value: number): Numeral => ({
    ...nothing,
    end,
    value: `${String(value)}s`,
    kind: 'standard',
  });
  const alone = lookUp(DECADES, first(tokens, at));
  const century = underHundred(tokens, at, first).flatMap(({ end, value }) => {
    const decade = lookUp(DECADES, word(tokens, end));
    return decade !== undefined && decade < 100 && value > 0 ? [named(end + 1, value * 100 + decade)] : [];
  });
  return [...(alone === undefined ? [] : [named(at + 1, alone)]), ...century];
}

/** `a few hundred` is no number, whatever its scale. A couple is two. */
function amounts(tokens: readonly Token[], at: number): Numeral[] {
  const start = first(tokens, at) === 'a' ? at + 1 : at;
  const amount = (start === at ? first : word)(tokens, start);
  if (amount === undefined || !VAGUE.has(amount)) return [];
  const behind = word(tokens, start + 1) === 'of' ? start + 2 : start + 1;
  const scale = lookUp(SCALES, word(tokens, behind));
  if (scale === undefined) return [];
  const vague = {
    ...nothing,
    end: behind + 1,
    value: `${amount}×${String(scale)}`,
    kind: 'standard' as const,
  };
  return amount === 'couple' ? [vague, numeral({ end: behind + 1, value: 2 * scale }, 'standard')] : [vague];
}

/** A number in digits. */
function inDigits(tokens: readonly Token[], at: number): Counted[] {
  const token = tokens[at];
  if (token?.kind !== 'digits') return [];
  const [, whole = '', glyph = ''] = /^([\d.]*)([½¼¾⅓⅔]?)$/u.exec(token.text) ?? [];
  return [{ end: at + 1, value: Number(whole) + (GLYPHS.get(glyph) ?? 0) }];
}

const GLYPHS: ReadonlyMap<string, number> = new Map([
  ['½', 1 / 2],
  ['¼', 1 / 4],
  ['¾', 3 / 4],
  ['⅓', 1 / 3],
  ['⅔', 2 / 3],
]);

/** Numbers in digits, with attached letters and words that belong to them: `12th`, `1980s`, `1½`, `2.5 million`. */
function written(tokens: readonly Token[], at: number): Numeral[] {
  const [number] = inDigits(tokens, at);
  const token = tokens[at];
  if (number === undefined || token === undefined) return [];
  const next = tokens[at + 1];
  if (next?.glued && next.kind === 'word') {
    if (/^(?:st|nd|rd|th)$/u.test(next.text))
      return [{ ...nothing, end: at + 2, value: `${canonical(number.value)}th`, kind: 'standard' }];
    if (next.text === 's')
      return [{ ...nothing, end: at + 2, value: `${canonical(number.value)}s`, kind: 'standard' }];
    if (next.text === 'k')
      return [
        standard({ end: at + 2, value: number.value * 1000, scale: 1000, shares: [[number.value, 1000]] }),
      ];
  }
  const plain: Numeral = {
    ...nothing,
    end: at + 1,
    value: /^\d+$/u.test(token.text) ? canonicalDigits(token.text) : canonical(number.value),
    kind: 'standard',
    shares: roundShares(number.value),
  };
  const behind = /^[½¼¾⅓⅔]$/u.test(next?.text ?? '') ? GLYPHS.get(next?.text ?? '') : undefined;
  const three = tokens.slice(at + 1, at + 4);
  const [numerator, slash, denominator] = three;
  const isMixed =
    numerator?.kind === 'digits' &&
    !numerator.glued &&
    token.ends === 'nothing' &&
    slash?.text === '/' &&
    slash.glued &&
    denominator?.glued === true &&
    Number(numerator.text) < Number(denominator.text) &&
    [2, 3, 4, 8].includes(Number(denominator.text));
  const groups = groupedDigits(tokens, at);
  const ratio =
    next?.text === '/' && next.glued && tokens[at + 2]?.kind === 'digits' ? Number(tokens[at + 2]?.text) : 0;
  return [
    ...(behind === undefined ? [plain] : [standard({ end: at + 2, value: number.value + behind })]),
    ...(isMixed
      ? [
          standard({
            end: at + 4,
            value: number.value + Number(numerator.text) / Number(denominator.text),
          }),
        ]
      : []),
    ...(ratio > 1 && ratio <= 16 && number.value < ratio
      ? [numeral({ end: at + 3, value: number.value / ratio }, 'elided')]
      : []),
    ...scaled(tokens, number).map(standard),
    ...groups,
  ];
}

/** The counts and scales of a round number: in `5 to 10,000`, the thousand may have been meant for both numbers. */
function roundShares(value: number): (readonly [number, number])[] {
  const scale = [1e6, 1e3, 100].find((size) => value >= size && value % size === 0);
  return scale === undefined ? [] : [[value / scale, scale]];
}

/** `555-1234`, `1-800-555-1212`, `020 7946 0123`. */
function groupedDigits(tokens: readonly Token[], at: number): Numeral[] {
  let groups = [tokens[at]?.text ?? ''];
  let end = at + 1;
  while (tokens[end]?.text === '-' && tokens[end]?.glued && tokens[end + 1]?.glued) {
    groups = [...groups, tokens[end + 1]?.text ?? ''];
    end += 2;
  }
  const shape = groups.map(({ length }) => length).join('-');
  return /^(?:1-)?(?:3-)?3-4$|^3-2-4$/u.test(shape)
    ? [{ ...nothing, end, value: canonicalDigits(groups.join('')), kind: 'digits' }]
    : [];
}
