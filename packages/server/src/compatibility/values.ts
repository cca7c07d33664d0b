import { RequestError } from '../errors.js';
import type { GivenParameter } from './given-parameter.js';

/** Whether a value switches its parameter off. */
export function isOff(value: string): boolean {
  return ['', 'false', '0'].includes(value.toLowerCase());
}

/** The last value, which counts where a parameter takes one. */
export function lastOf({ values }: GivenParameter): string {
  return values.at(-1) ?? '';
}

/** A parameter that is on or off: `true`, `false`, `1`, `0`, in any case. */
export function switchOf(given: GivenParameter): boolean {
  const value = lastOf(given).toLowerCase();
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new RequestError('invalid_request', { field: given.name, limit: 'true or false' });
}

/** A parameter that is a number within bounds. */
export function numberOf(given: GivenParameter, { min, max }: Bounds): number {
  const number = numberIn(lastOf(given));
  if (number === undefined || number < min || number > max)
    throw new RequestError('invalid_request', { field: given.name, limit: `${min} to ${max}` });
  return number;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The number that a text is; undefined if it is none. */
export function numberIn(text: string): number | undefined {
  return /^[+-]?\d+(\.\d*)?$/.test(text.trim()) ? Number(text) : undefined;
}
