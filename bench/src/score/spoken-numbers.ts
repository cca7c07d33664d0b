import { NUMBER_WORDS, type NumberWord } from './number-words.js';

/**
 * Writes spelled-out numbers in digits: `one oh one` → `101`, `twenty first` → `21st`, `two point five million` →
 * `2500000`, `ten dollars and five cents` → `$10.05`, `per cent` → `%`; a lone `one` stays a word.
 * Expects lower case without punctuation. Follows the number rules of Whisper's English normaliser, quirks included.
 */
export function writeNumbersAsDigits(text: string): string {
  return tidyCurrency(readNumbers(splitWords(separateDigits(writeHalves(text)))).join(' '));
}

/** The current number so far: an amount to add to, or digits to append to. */
type Value =
  { readonly is: 'amount'; readonly amount: bigint } | { readonly is: 'digits'; readonly digits: string };

interface Reading {
  value: Value | undefined;
  /** Sign or currency symbol to put before the next number. */
  prefix: string;
  readonly written: string[];
}

interface Place {
  readonly previous: string | undefined;
  readonly current: string;
  readonly next: string | undefined;
}

type Taken = 'this-word' | 'next-word-too';

function readNumbers(words: readonly string[]): string[] {
  const reading: Reading = { value: undefined, prefix: '', written: [] };
  for (let index = 0; index < words.length; index++) {
    const current = words[index] ?? '';
    const place = { previous: words[index - 1], current, next: words[index + 1] };
    if (readWord(reading, place) === 'next-word-too') index++;
  }
  writeValue(reading);
  return reading.written;
}

function readWord(reading: Reading, place: Place): Taken {
  const numeral = numeralIn(place.current);
  if (numeral !== undefined) return readNumeral(reading, place.current, numeral);
  const word = NUMBER_WORDS.get(place.current);
  if (word === undefined) return passOver(reading, place.current);
  switch (word.is) {
    case 'zero':
      reading.value = digits(shownUnlessZero(reading.value) + '0');
      return 'this-word';
    case 'unit':
    case 'ten':
      return readAddend(reading, place, word);
    case 'multiplier':
      return readMultiplier(reading, word);
    case 'sign':
      return readSign(reading, place, word.symbol);
    case 'currency':
      return readCurrency(reading, place.current, word.symbol);
    case 'percent':
    case 'per':
      return readPercent(reading, place, word.is);
    case 'and':
    case 'repeat':
    case 'point':
      return canBeNumeric(place.next)
        ? readConnective(reading, place, word)
        : passOver(reading, place.current);
  }
}

function readNumeral(reading: Reading, current: string, numeral: Numeral): Taken {
  if (reading.value?.is === 'digits' && reading.value.digits.endsWith('.')) {
    reading.value = digits(reading.value.digits + current);
    return 'this-word';
  }
  writeValue(reading);
  if (numeral.prefix !== '') reading.prefix = numeral.prefix;
  const whole = wholeProduct(numeral.number, 1n);
  reading.value = whole === undefined ? digits(numeral.number) : amount(whole);
  return 'this-word';
}

type AmountWord = Extract<NumberWord, { is: 'unit' | 'ten' | 'multiplier' }>;

function readAddend(reading: Reading, place: Place, word: AmountWord): Taken {
  const sum = addTo(reading.value, word, place.previous);
  if (word.suffix === '') reading.value = sum;
  else write(reading, shown(sum) + word.suffix);
  return 'this-word';
}

function addTo(value: Value | undefined, word: AmountWord, previous: string | undefined): Value {
  if (value === undefined) return amount(word.amount);
  const before = plainWord(previous);
  const single = word.is === 'unit' && word.amount < 10n;
  // "one twenty" is already 120 in digits; a unit after it replaces the zero.
  if (value.is === 'digits' && single && before === 'ten')
    return digits(value.digits.slice(0, -1) + String(word.amount));
  const strungTogether = value.is === 'digits' || (word.is === 'unit' && before === 'unit');
  const room = single ? 10n : 100n;
  if (strungTogether || value.amount % room !== 0n) return digits(shown(value) + String(word.amount));
  return amount(value.amount + word.amount);
}

function readMultiplier(reading: Reading, word: AmountWord): Taken {
  const { value } = reading;
  const product = value === undefined ? word.amount : multiply(value, word.amount);
  if (product !== undefined && word.suffix === '') {
    reading.value = amount(product);
    return 'this-word';
  }
  if (product !== undefined) {
    write(reading, String(product) + word.suffix);
    return 'this-word';
  }
  writeValue(reading);
  if (word.suffix === '') reading.value = amount(word.amount);
  else write(reading, String(word.amount) + word.suffix);
  return 'this-word';
}

/** Undefined if the digits are not a decimal number, or the product is not whole. */
function multiply(value: Value, multiplier: bigint): bigint | undefined {
  if (value.is === 'digits') return wholeProduct(value.digits, multiplier);
  const thousands = (value.amount / 1000n) * 1000n;
  return thousands + (value.amount - thousands) * multiplier;
}

function readSign(reading: Reading, place: Place, symbol: string): Taken {
  writeValue(reading);
  if (canBeNumeric(place.next)) reading.prefix = symbol;
  else write(reading, place.current);
  return 'this-word';
}

function readCurrency(reading: Reading, current: string, symbol: string): Taken {
  if (reading.value === undefined) return passOver(reading, current);
  reading.prefix = symbol;
  writeValue(reading);
  return 'this-word';
}

function readPercent(reading: Reading, place: Place, word: 'percent' | 'per'): Taken {
  const inTwoWords = word === 'per';
  if (reading.value === undefined || (inTwoWords && place.next !== 'cent'))
    return passOver(reading, place.current);
  write(reading, `${shown(reading.value)}%`);
  return inTwoWords ? 'next-word-too' : 'this-word';
}

function readConnective(
  reading: Reading,
  place: Place,
  word: Extract<NumberWord, { is: 'and' | 'repeat' | 'point' }>,
): Taken {
  switch (word.is) {
    case 'and':
      return plainWord(place.previous) === 'multiplier' ? 'this-word' : passOver(reading, place.current);
    case 'repeat': {
      const repeated = repeatedDigit(place.next);
      if (repeated === undefined) return passOver(reading, place.current);
      reading.value = digits(shownUnlessZero(reading.value) + repeated.repeat(word.times));
      return 'next-word-too';
    }
    case 'point': {
      const decimal = ['unit', 'ten', 'zero'].includes(plainWord(place.next) ?? '');
      if (decimal || isNumeral(place.next)) reading.value = digits(`${shownUnlessZero(reading.value)}.`);
      return 'this-word';
    }
  }
}

function passOver(reading: Reading, word: string): Taken {
  writeValue(reading);
  write(reading, word);
  return 'this-word';
}

function writeValue(reading: Reading): void {
  if (reading.value !== undefined) write(reading, shown(reading.value));
}

function write(reading: Reading, text: string): void {
  reading.written.push(reading.prefix + text);
  reading.value = undefined;
  reading.prefix = '';
}

function amount(number: bigint): Value {
  return { is: 'amount', amount: number };
}

function digits(text: string): Value {
  return { is: 'digits', digits: text };
}

function shown(value: Value): string {
  return value.is === 'amount' ? String(value.amount) : value.digits;
}

function shownUnlessZero(value: Value | undefined): string {
  if (value === undefined || (value.is === 'amount' && value.amount === 0n)) return '';
  return shown(value);
}

interface Numeral {
  /** `$`, `€`, `£`, `¢`, `+`, `-` or nothing. */
  readonly prefix: string;
  readonly number: string;
}

function numeralIn(word: string): Numeral | undefined {
  const match = /^([-+£€$¢]?)([0-9]+(?:\.[0-9]+)?)$/u.exec(word);
  return match === null ? undefined : { prefix: match[1] ?? '', number: match[2] ?? '' };
}

function isNumeral(word: string | undefined): boolean {
  return word !== undefined && /^[0-9]+(?:\.[0-9]+)?$/u.test(word);
}

function canBeNumeric(word: string | undefined): boolean {
  return word !== undefined && (NUMBER_WORDS.has(word) || isNumeral(word));
}

/** The kind of a number word without an ending such as `-th`. */
function plainWord(word: string | undefined): NumberWord['is'] | undefined {
  const known = word === undefined ? undefined : NUMBER_WORDS.get(word);
  if (known === undefined || ('suffix' in known && known.suffix !== '')) return undefined;
  return known.is;
}

function repeatedDigit(word: string | undefined): string | undefined {
  const known = word === undefined ? undefined : NUMBER_WORDS.get(word);
  if (known?.is === 'zero') return '0';
  return known?.is === 'unit' && known.suffix === '' ? String(known.amount) : undefined;
}

/**
 * `number` × `factor`, exactly; undefined if the text is not a decimal number or the product is not whole.
 */
function wholeProduct(number: string, factor: bigint): bigint | undefined {
  const match = /^(?=\.?[0-9])([0-9]*)\.?([0-9]*)$/u.exec(number);
  if (match === null) return undefined;
  const fraction = match[2] ?? '';
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt((match[1] ?? '') + fraction) * factor;
  return scaled % scale === 0n ? scaled / scale : undefined;
}

/** `two and a half` → `two point five`; unchanged after a word that is not a number. */
function writeHalves(text: string): string {
  const parts = text.split(/(?<![\p{L}\p{N}_])and\s+a\s+half(?![\p{L}\p{N}_])/u);
  return parts
    .flatMap((part, index) => {
      if (part.trim() === '') return [];
      if (index === parts.length - 1) return [part];
      const last = plainWord(splitWords(part).at(-1));
      const number = last === 'unit' || last === 'ten' || last === 'zero' || last === 'multiplier';
      return [part, number ? 'point five' : 'and a half'];
    })
    .join(' ');
}

/** Separates letters from digits, and joins endings such as `st` to the digits before them. */
function separateDigits(text: string): string {
  return text
    .replace(/([a-z])([0-9])/gu, '$1 $2')
    .replace(/([0-9])([a-z])/gu, '$1 $2')
    .replace(/([0-9])\s+(st|nd|rd|th|s)(?![\p{L}\p{N}_])/gu, '$1$2');
}

/** `$2 and ¢7` → `$2.07`, `$0.07` → `¢7`, `1` → `one`. */
function tidyCurrency(text: string): string {
  return text
    .replace(
      /([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})(?![\p{L}\p{N}_])/gu,
      (_, currency: string, whole: string, cents: string) => `${currency}${whole}.${cents.padStart(2, '0')}`,
    )
    .replace(/[€£$]0.([0-9]{1,2})(?![\p{L}\p{N}_])/gu, (_, cents: string) => `¢${String(Number(cents))}`)
    .replace(/(?<![\p{L}\p{N}_])1(s?)(?![\p{L}\p{N}_])/gu, 'one$1');
}

function splitWords(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}
