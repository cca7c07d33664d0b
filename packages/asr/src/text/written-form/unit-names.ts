/**
 * The kind of a unit, as far as writing depends on it. Of a `dose`, zeros at the end after the point are never written; of an
 * `amount`, such as a laboratory value or a size, they stay, since they tell how exactly it was measured. `time` below ten is
 * written in words if it is vague; a `form` is a tablet or the like.
 */
export type UnitKind = 'dose' | 'amount' | 'percent' | 'time' | 'form';

/** A unit that is named by one word. */
export interface UnitName {
  readonly kind: UnitKind;
  /** Undefined if the word stays as it was said. */
  readonly symbol: string | undefined;
  readonly singular: boolean;
  /** The symbol after `per`, if that differs. */
  readonly divisor?: string;
}

/** The unit that a word in lower case names. */
export function unitNamed(word: string): UnitName | undefined {
  return unitNames.get(word);
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

/** Whether a word in lower case names more than one of a unit of mass or volume. */
export function isMassOrVolume(word: string): boolean {
  const name = unitNames.get(word);
  return name?.kind === 'dose' && name.symbol !== undefined && !name.singular;
}

const unit = (kind: UnitKind, symbol: string | undefined, divisor?: string) =>
  ({ kind, symbol, ...(divisor === undefined ? {} : { divisor }) }) as const;

/** Units by their names in the singular; the plural takes an -s unless it is listed. */
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
  ['milliunit', unit('dose', undefined)],
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
  ['iu', unit('dose', 'units')],
  ['ius', unit('dose', 'units')],
  ['i.u', unit('dose', 'units')],
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
