import fc, { type Arbitrary } from 'fast-check';
import numberToWords from 'number-to-words';

/** Phrases with one kind of number. */
export interface KindOfPhrase {
  readonly name: string;
  readonly phrases: Arbitrary<string>;
}

/** A phrase as a whole or interrupted sentence, possibly with hesitations. */
function sentences(phrases: Arbitrary<string>): Arbitrary<string> {
  const pauses = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, hesitation);
  return fc.tuple(phrases, pauses, fc.nat(), ending).map(([text, pause, place, end]) => {
    const words = text.split(' ');
    const said = pause === undefined ? words : words.toSpliced(1 + (place % words.length), 0, pause);
    const sentence = said.join(' ').replaceAll(' ,', ',').replaceAll(',,', ',').replace(/,$/u, '');
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${end}`;
  });
}

const hesitation = fc.constantFrom('uh', 'um', ', uh,', ', um,');
const ending = fc.constantFrom('.', '.', '');

type Said = string | Arbitrary<string>;

function say(...parts: readonly Said[]): Arbitrary<string> {
  return fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.filter((text) => text !== '').join(' '));
}

function pick(...texts: readonly string[]): Arbitrary<string> {
  return fc.constantFrom(...texts);
}

function maybe(part: Said): Arbitrary<string> {
  return fc.oneof(fc.constant(''), typeof part === 'string' ? fc.constant(part) : part);
}

function kind(name: string, ...texts: readonly Arbitrary<string>[]): KindOfPhrase {
  return { name, phrases: sentences(fc.oneof(...texts)) };
}

/** Cardinals by another speller, in the ways in which people say them. */
function cardinal(min: number, max: number): Arbitrary<string> {
  return fc.tuple(fc.integer({ min, max }), fc.nat(9)).map(([value, way]) => spell(value, way));
}

function spell(value: number, way: number): string {
  const plain = numberToWords.toWords(value).replaceAll(',', '');
  const parted = plain.replaceAll('-', ' ');
  if (way === 0) return plain;
  if (way === 1) return parted.replace(/hundred (?=\w+(?: \w+)?$)/u, 'hundred and ');
  if (way === 2) return parted.replace(/^one (?=hundred|thousand|million)/u, 'a ');
  if ((way === 3 || way === 4) && value > 109 && value < 1000 && value % 100 >= 10)
    return `${spell(Math.floor(value / 100), 9)} ${spell(value % 100, 9)}`;
  if (way === 5 && value > 100 && value < 1000 && value % 100 > 0 && value % 100 < 10)
    return `${spell(Math.floor(value / 100), 9)} oh ${spell(value % 100, 9)}`;
  return parted;
}

const digit = pick('zero', 'oh', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine');
const small = cardinal(1, 12);
const teen = cardinal(10, 99);
const hundreds = cardinal(100, 999);
const count = fc.oneof(small, teen, hundreds);
const round = fc
  .tuple(
    fc.constantFrom(5, 10, 12, 15, 20, 25, 30, 40, 50, 75, 80, 100, 125, 150, 200, 250, 325, 500),
    fc.nat(9),
  )
  .map(([value, way]) => spell(value, way));
const places = fc
  .oneof(fc.tuple(digit), fc.tuple(digit, digit), fc.tuple(digit, digit, digit))
  .map((digits) => digits.join(' '));
const decimal = fc.oneof(
  say(fc.oneof(small, teen), 'point', places),
  say(pick('point', 'zero point', 'oh point'), places),
  say(small, 'point', pick('twenty five', 'seventy five', 'fifteen')),
);
const mass = pick('milligrams', 'micrograms', 'units', 'milliliters', 'grams', 'milliequivalents');
const drug = pick(
  'metoprolol',
  'heparin',
  'insulin',
  'vancomycin',
  'Lasix',
  'aspirin',
  'prednisone',
  'morphine',
);
const often = pick(
  'daily',
  'twice daily',
  'once a day',
  'every six hours',
  'every four to six hours',
  'q six hours',
  'at bedtime',
  'three times a day',
  'as needed',
);
const give = pick('give', 'take', 'start', 'increase to', 'continue', '');
const month = pick('January', 'March', 'May', 'June', 'August', 'October', 'December');
const year = fc.oneof(
  fc
    .integer({ min: 1910, max: 1999 })
    .map((value) => `nineteen ${value % 100 < 10 ? 'oh ' : ''}${spell(value % 100, 9)}`),
  fc.integer({ min: 2010, max: 2029 }).map((value) => `twenty ${spell(value % 100, 9)}`),
  fc.integer({ min: 2001, max: 2029 }).map((value) => spell(value, 9)),
);
const dayOrdinal = fc
  .integer({ min: 1, max: 31 })
  .map((value) => numberToWords.toWordsOrdinal(value).replaceAll('-', ' '));
const scale = pick('hundred', 'thousand', 'million');
const twoSmall = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }))
  .map(([low, more]) => [low, low + more] as const);

function ascending(join: (low: string, high: string) => string): Arbitrary<string> {
  return twoSmall.map(([low, high]) => join(spell(low, 9), spell(high, 9)));
}

/** Digits as recognisers write them. */
const figure = fc.oneof(
  fc.integer({ min: 1, max: 99 }).map(String),
  fc.integer({ min: 100, max: 999 }).map(String),
  fc.integer({ min: 1, max: 99 }).map((value) => `${String(value)},000`),
  fc.tuple(fc.nat(20), fc.nat(99)).map(([whole, part]) => `${String(whole)}.${String(part)}`),
);

/** Phrases of clinicians about doses, and how recognisers write them. */
export const kindsOfDoses: readonly KindOfPhrase[] = [
  kind(
    'dose',
    say(give, drug, fc.oneof(count, round), mass, often),
    say(give, drug, decimal, mass, often),
    say(give, drug, cardinal(1000, 30_000), 'units', often),
    say(give, round, mass, 'per', pick('kilogram', 'hour', 'day', 'deciliter')),
    say(give, small, pick('tablets', 'puffs', 'capsules', 'drops'), often),
    say(drug, round, pick('milligram', 'microgram'), 'tablet', often),
    say('take', pick('one', 'two'), round, 'milligram', pick('tablet', 'tablets', 'capsule'), often),
  ),
  kind(
    'range',
    say(
      give,
      drug,
      ascending((low, high) => `${low} to ${high}`),
      mass,
      often,
    ),
    say(give, drug, 'from', count, mass, 'to', count, mass),
    say(
      'between',
      ascending((low, high) => `${low} and ${high}`),
      mass,
    ),
    say(
      give,
      ascending((low, high) => `${low} or ${high}`),
      mass,
    ),
    say(drug, decimal, 'to', decimal, mass),
    say(give, round, 'to', round, mass),
    say(
      'repeat in',
      ascending((low, high) => `${low} to ${high}`),
      pick('days', 'weeks', 'hours', 'minutes'),
    ),
    say(
      'ejection fraction',
      ascending((low, high) => `${low} to ${high}`),
      'percent',
    ),
  ),
  kind(
    'scale said once',
    say(
      give,
      drug,
      ascending((low, high) => `${low} to ${high}`),
      scale,
      'units',
    ),
    say(
      ascending((low, high) => `${low} or ${high}`),
      scale,
      'milliliters',
    ),
    say(
      'between',
      ascending((low, high) => `${low} and ${high}`),
      scale,
      'units',
    ),
    say(
      'platelets',
      ascending((low, high) => `${low} through ${high}`),
      'thousand',
    ),
    fc
      .integer({ min: 1, max: 7 })
      .map(
        (value) => `${spell(value, 9)}, ${spell(value + 1, 9)}, or ${spell(value + 2, 9)} hundred milligrams`,
      ),
    say(
      'about',
      ascending((low, high) => `${low} to ${high}`),
      pick('hundred thousand', 'hundred'),
    ),
    say('white count', decimal, 'to', decimal, 'thousand'),
    say(
      'from',
      ascending((low, high) => `${low} to ${high}`),
      pick('hundred thousand', 'thousand'),
    ),
    say(hundreds, pick('to', 'or'), hundreds, 'thousand units'),
    say(small, pick('dash', 'by'), small, pick('hundred', 'thousand'), 'units'),
    say(small, pick('two', 'five', 'ten'), scale, 'units'),
    say(pick('half', 'one'), pick('to', 'or'), small, pick('million', 'thousand'), 'units'),
    say(small, 'to', small, 'and a half thousand units'),
    say(small, 'hundred', pick('to', 'or'), small, 'hundred and', pick('fifty', 'twenty five'), 'milligrams'),
  ),
  kind(
    'a part of a scale',
    say(
      'about',
      pick('half a', 'a quarter of a', 'a half', 'three quarters of a', 'quarter'),
      pick('million', 'thousand', 'hundred'),
      'units',
    ),
    say(drug, small, 'and a', pick('half', 'quarter'), maybe(scale), 'units'),
    say('a', pick('couple of', 'few', 'couple'), scale, pick('milliliters', 'units', 'patients')),
    say('a', scale, 'or two'),
    say('a', pick('million', 'thousand'), 'and a half', 'units'),
    say(small, 'point', digit, pick('million', 'thousand'), 'units'),
  ),
  kind(
    'fraction',
    say('take', pick('half a', 'one half', 'a quarter of a', 'a half'), pick('tablet', 'dose')),
    say(small, 'and a half', pick('tablets', 'hours', 'milligrams')),
    say(pick('two thirds', 'one third', 'three quarters', 'four fifths'), 'of the', pick('tibia', 'dose')),
    say(small, 'and', pick('three quarters', 'two thirds', 'one half'), pick('inches', 'tablets')),
  ),
  kind(
    'negation',
    say('no', pick('fever', 'chest pain'), 'for', small, 'days, not', round, mass),
    say('denies pain,', drug, 'was never above', round, mass),
    say('the dose is', cardinal(1, 100), ', not', cardinal(1, 999)),
    say('without', drug, 'for', small, 'weeks, and no more than', small, 'tablets'),
    say("don't give", round, mass, 'of', drug),
  ),
  kind(
    'restart',
    say(give, drug, cardinal(1, 99), ', no,', cardinal(1, 99), mass),
    say(give, round, 'no', round, mass),
    say(give, drug, round, mass, ', sorry,', round, mass),
    say(give, round, 'I mean', round, mass),
    say(give, small, ', make that', small, pick('tablets', 'units')),
    say(
      drug,
      cardinal(1, 20),
      'to',
      cardinal(1, 20),
      'correction',
      cardinal(1, 20),
      'to',
      cardinal(1, 20),
      mass,
    ),
    say(give, round, round, mass),
    say('pressure', cardinal(90, 180), 'over', cardinal(40, 99), ', no,', cardinal(40, 99)),
  ),
  kind(
    'digits of a recogniser',
    say(give, drug, figure, pick('mg', 'milligrams', 'units', 'mL', 'mcg'), often),
    say(
      give,
      drug,
      fc
        .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), pick(',000', '00', ''))
        .map(([low, more, zeros]) => `${String(low)} to ${String(low + more)}${zeros}`),
      pick('units', 'milliliters', 'mg'),
    ),
    say('pressure', cardinal(90, 180), 'over', fc.integer({ min: 40, max: 110 }).map(String)),
    say(figure, 'point', digit, 'mg'),
    say(small, 'to', figure, 'units'),
    say(figure, 'to', small, 'thousand units'),
    say('sats', fc.integer({ min: 70, max: 100 }).map(String), pick('percent', '%')),
    say(
      'pressure',
      fc
        .tuple(fc.integer({ min: 90, max: 200 }), fc.integer({ min: 40, max: 110 }))
        .map(([a, b]) => `${String(a)}/${String(b)}`),
    ),
    say(fc.integer({ min: 1, max: 20 }).map(String), 'and a half', pick('tablets', 'hours')),
  ),
];

/** Phrases of clinicians about patients that have numbers in them, except doses. */
export const kindsOfFindings: readonly KindOfPhrase[] = [
  kind(
    'vital signs',
    say(
      pick('blood pressure', 'BP', 'pressure is'),
      cardinal(90, 220),
      'over',
      cardinal(40, 110),
      maybe(say(', pulse', cardinal(40, 160))),
    ),
    say('heart rate', cardinal(40, 180), ', respirations', cardinal(8, 40)),
    say('sats', cardinal(70, 100), 'percent on', small, 'liters'),
    say(
      'temperature',
      pick('ninety eight', 'one oh one', 'one hundred two', 'thirty seven'),
      'point',
      digit,
      maybe('degrees'),
    ),
    say('systolic', cardinal(90, 220)),
  ),
  kind(
    'laboratory',
    say(pick('sodium', 'glucose', 'platelets', 'BUN'), pick('is', 'of', 'was', ''), hundreds),
    say(
      pick('creatinine', 'potassium', 'hemoglobin', 'INR', 'troponin'),
      pick('is', 'of', 'was', ''),
      decimal,
    ),
    say('sodium', hundreds, ', potassium', decimal, ', creatinine', decimal),
    say('t score of', pick('minus', 'negative'), decimal),
    say('platelets', cardinal(10, 400), 'thousand'),
    say('plus or minus', fc.oneof(small, decimal), 'percent'),
    say('between', decimal, 'and', decimal),
    say(
      'less than',
      decimal,
      maybe(say(pick('nanograms', 'milligrams'), 'per', pick('milliliter', 'deciliter'))),
    ),
    say('titer', 'one to', pick('eighty', 'one sixty', 'three twenty', 'six forty')),
  ),
  kind(
    'date',
    say(pick('seen on', 'born', 'follow up on'), month, dayOrdinal, maybe(year)),
    say('the', dayOrdinal, 'of', month, maybe(year)),
    say('date of birth', cardinal(1, 12), 'slash', cardinal(1, 31), 'slash', year),
    say('in', fc.oneof(year, say(month, year))),
    say('in the', maybe('nineteen'), pick('eighties', 'nineties', 'seventies')),
    say(month, small),
    say('in the', pick('nineteen', 'eighteen', 'twenty'), pick('eighties', 'twenties', 'thirties')),
    say(
      'in his',
      pick('mid', 'late', 'early', ''),
      pick('forties', 'fifties'),
      'or',
      pick('sixties', 'seventies'),
    ),
    say('between', month, dayOrdinal, 'and', month, dayOrdinal),
  ),
  kind(
    'time',
    say(
      'at',
      cardinal(1, 12),
      pick('thirty', 'fifteen', 'oh five', 'forty five', ''),
      pick('a m', 'p m', 'a.m.', 'pm'),
    ),
    say('open from', cardinal(1, 6), 'to', cardinal(7, 12), pick('a m', 'p m')),
    say(
      'at',
      fc.oneof(cardinal(10, 23), say('oh', cardinal(1, 9))),
      pick('hundred', 'thirty', 'fifteen'),
      'hours',
    ),
    say('at', cardinal(1, 12), "o'clock"),
    say('for', small, pick('days', 'weeks', 'hours'), 'and', small, pick('hours', 'minutes')),
  ),
  kind(
    'age',
    say(
      pick('a', 'this', 'she is a'),
      cardinal(1, 99),
      pick('year old', 'month old', 'week old'),
      pick('man', 'woman', 'infant'),
    ),
    say('she is', cardinal(18, 99)),
    say(
      ascending((low, high) => `${low} to ${high}`),
      'year old patients',
    ),
    say('in', pick('his', 'her'), pick('forties', 'thirties', 'eighties')),
    say(cardinal(18, 99), 'years old'),
  ),
  kind(
    'identifier',
    say(pick('call', 'phone number', 'telephone', 'pager'), digitsSaid(7, 7)),
    say(pick('call', 'phone number'), digitsSaid(10, 11)),
    say('zip code', maybe('is'), digitsSaid(5, 5)),
    say(pick('account number', 'medical record number'), digitsSaid(3, 9)),
    say(pick('room', 'bed', 'extension'), fc.oneof(digitsSaid(2, 4), cardinal(1, 999))),
    say(pick('call', 'telephone'), pick('double', 'triple'), digit, digitsSaid(4, 5)),
    say('account number', digitsSaid(2, 4), pick('double', 'triple'), digit, maybe(digitsSaid(1, 3))),
    say('call', digitsSaid(3, 3), ',', digitsSaid(4, 4)),
  ),
  kind(
    'stage',
    say(
      'the tumor is t',
      pick('zero', 'one', 'two', 'three', 'four'),
      'n',
      pick('zero', 'one', 'two'),
      'm',
      pick('zero', 'one'),
    ),
    say(
      pick('stage', 'grade', 'type', 'class'),
      pick('one', 'two', 'three', 'four'),
      maybe(say('and', pick('stage', 'grade'), pick('one', 'three'))),
    ),
    say('g', pick('two', 'three'), 'p', pick('one', 'two')),
    say('gravida', pick('two', 'three'), 'para', pick('one', 'two')),
    say('hemoglobin a one c of', decimal, 'percent'),
    say('vitamin d three', cardinal(1000, 5000), 'units'),
  ),
  kind(
    'spinal level',
    say(
      pick('disc bulge at', 'fusion from', ''),
      'L',
      pick('two', 'three', 'four'),
      pick('to', 'through', ''),
      'L',
      pick('four', 'five'),
    ),
    say('L', pick('four five', 'three four'), 'disc bulge'),
    say('L five S one', pick('radiculopathy', 'fusion')),
    say('C', pick('four', 'five', 'six'), maybe(say('C', pick('six', 'seven'))), 'disc'),
    say('T', pick('eleven', 'twelve', 'eight'), 'fracture'),
  ),
  kind(
    'size',
    say(fc.oneof(small, decimal), 'by', fc.oneof(small, decimal), pick('centimeters', 'millimeters')),
    say(small, 'by', small, 'by', small, 'centimeters'),
    say('a', fc.oneof(small, decimal), pick('centimeter', 'millimeter'), 'nodule'),
    say(
      'height',
      cardinal(100, 199),
      'centimeters, weight',
      fc.oneof(cardinal(40, 150), decimal),
      'kilograms',
    ),
  ),
  kind(
    'score',
    say(
      'strength',
      pick('four', 'five', 'three'),
      maybe(pick('plus', 'minus')),
      pick('out of', 'over'),
      'five',
    ),
    say('pain is', cardinal(1, 10), 'out of ten'),
    say('Apgars', cardinal(1, 10), 'and', cardinal(1, 10)),
    say('reflexes are', pick('two', 'three', 'one'), 'plus', maybe('with clonus')),
    say('visual acuity twenty over', cardinal(20, 99)),
    say('GCS', cardinal(3, 15), ', down from', cardinal(3, 15)),
  ),
];

function digitsSaid(minLength: number, maxLength: number): Arbitrary<string> {
  return fc.array(digit, { minLength, maxLength }).map((digits) => digits.join(' '));
}
