import type { PlainNumber, SpokenNumber, Value } from './spoken-number.js';

/** Digits as they are written with a unit: with commas from 1,000 on, so that no zero is miscounted. */
export function measuredNumber({ digits }: Pick<Value, 'digits'>, dropZeros: boolean): string {
  const [whole = '', decimals] = digits.split('.');
  const significant = dropZeros ? decimals?.replace(/0+$/u, '') : decimals;
  const end = significant === undefined || significant === '' ? '' : `.${significant}`;
  return withCommas(whole) + end;
}

/** Digits as they are written by themselves: with commas from 10,000 on.  */
export function plainNumber({ digits }: Pick<Value, 'digits'>): string {
  const [whole = '', decimals] = digits.split('.');
  return (whole.length > 4 ? withCommas(whole) : whole) + (decimals === undefined ? '' : `.${decimals}`);
}

/** Whether a number can only be one value. */
export function isPlain(number: SpokenNumber | undefined): number is PlainNumber {
  return number?.is === 'cardinal' || number?.is === 'numeral' || number?.is === 'decimal';
}

/** As `isPlain`, but also true for shortened numbers; for use where the context makes their value certain. */
export function isValue(number: SpokenNumber | undefined): number is Value {
  return isPlain(number) || number?.is === 'elided' || number?.is === 'naked';
}

/** Whether it has no decimals. */
export function isWhole({ digits }: Pick<Value, 'digits'>): boolean {
  return !digits.includes('.');
}

function withCommas(whole: string): string {
  return whole.replace(/\B(?=(?:\d{3})+$)/gu, ',');
}
