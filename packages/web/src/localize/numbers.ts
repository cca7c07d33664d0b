import { locale } from './language.js';

/** A number as the language writes it. */
export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** A share, 0 to 1, in whole percent. */
export function percent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: 'percent' }).format(share);
}

/** A number with its unit in words: `3 minutes`. */
export function measured(value: number, unit: 'second' | 'minute'): string {
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** The form of a sentence for a number, both given in the language that is shown: French says `0 mot`, English `0 words`. */
export function counted(count: number, one: string, others: string): string {
  return new Intl.PluralRules(locale()).select(count) === 'one' ? one : others;
}

/** A list in words: `a, b or c`. */
export function either(words: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'disjunction' }).format(words);
}

/** A day, as `31 January 2026`. */
export function day(at: Date): string {
  return at.toLocaleDateString(locale(), { dateStyle: 'long' });
}

/** A day and the time, as `31 January 2026 at 09:30`. */
export function dayAndTime(at: Date): string {
  return at.toLocaleString(locale(), { dateStyle: 'long', timeStyle: 'short' });
}
