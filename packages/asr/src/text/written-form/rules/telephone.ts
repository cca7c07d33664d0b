import { wordsBefore, writeAs, keep, type Rule } from '../rule.js';
import { numberAt } from '../spoken-number.js';

/**
 * `five five five one two three four` → `555-1234` where a telephone is mentioned; also other numbers said digit by
 * digit.
 */
export const telephone: Rule = (tokens, at) => {
  const number = numberAt(tokens, at);
  if (number?.is !== 'digits') return undefined;
  const { digits, length } = number;
  const before = wordsBefore(tokens, at, 4);
  if (before.some((word) => IDENTIFIERS.has(word))) return writeAs(digits, length);
  const phone = before.some((word) => TELEPHONES.has(word));
  const grouped = grouping(digits, phone);
  if (grouped !== undefined) return writeAs(grouped, length);
  if (EMERGENCIES.has(digits) || (digits.length >= 3 && before.includes('number')))
    return writeAs(digits, length);
  return keep(length);
};

function grouping(digits: string, phone: boolean): string | undefined {
  if (digits.length === 10 && !digits.startsWith('0')) {
    return `${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`;
  }
  if (digits.length === 11 && digits.startsWith('1')) {
    return `1-${digits.slice(1, 4)}-${digits.slice(4, 7)}-${digits.slice(7)}`;
  }
  if (!phone) return undefined;
  return digits.length === 7 ? `${digits.slice(0, 3)}-${digits.slice(3)}` : digits;
}

const TELEPHONES: ReadonlySet<string> = new Set([
  ...[
    'phone',
    'telephone',
    'call',
    'cell',
    'mobile',
    'fax',
    'pager',
    'callback',
    'contact',
    'reached',
    'dial',
  ],
]);

const IDENTIFIERS: ReadonlySet<string> = new Set([
  ...[
    'record',
    'mrn',
    'account',
    'policy',
    'zip',
    'code',
    'extension',
    'ext',
    'id',
    'pin',
    'lot',
    'license',
    'room',
  ],
]);

const EMERGENCIES: ReadonlySet<string> = new Set(['911', '988']);
