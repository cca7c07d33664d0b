import type { PlainNumber, SpokenNumber, Value } from './spoken-number.js';

/** Digits as they are written with a unit: from 1,000 with commas, so that no zero is miscounted. */
export function measuredNumber({ digits }: Pick<Value, 'digits'>, dropZeros: boolean): string {
  const [whole = '', decimals] = digits.split('.');
  const significant = dropZeros ? decimals?.replace(/0+$/u, '') : decimals;
  const end = significant === undefined || significant === '' ? '' : `.${significant}`;
  return withCommas(whole) + end;
}

/** Digits as they are written by themselves: commas from 10,000.  */
export function plainNumber({ digits }: Pick<Value, 'digits'>): string {
  const [whole = '', decimals] = digits.split('.');
  return (whole.length > 4 ? withCommas(whole) : whole) + (decimals === undefined ? '' : `.${decimals}`);
}

/** Whether a number is one value as it stands. */
export function isPlain(number: SpokenNumber | undefined): number is PlainNumber {
  return number?.is === 'cardinal' || number?.is === 'numeral' || number?.is === 'decimal';
}

/** As `isPlain`, or shortened, where what stands around it makes its value sure. */
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
