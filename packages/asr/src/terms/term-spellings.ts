import type { KeyTerm } from './key-term.js';

/**
 * The ways in which the decoder may write a term, the wanted one first: hyphens may be spaces or nothing, and
 * abbreviations in capitals may be read letter by letter.
 */
export function spellingsOf({ text, soundsLike = [] }: KeyTerm): readonly string[] {
  const written = plain(text);
  const spellings = [
    written,
    written.toLowerCase(),
    written.toUpperCase(),
    ...(/[-‐‑–/]/u.test(written) ? [written.replace(HYPHENS, ' '), written.replace(HYPHENS, '')] : []),
    ...(isSpelledOut(written) ? [lettersOf(written, ' '), `${lettersOf(written, '.')}.`] : []),
    ...soundsLike.map(plain),
  ];
  return [...new Set(spellings.map((spelling) => spelling.trim()).filter((spelling) => spelling !== ''))];
}

const HYPHENS = /[-‐‑–/]/gu;

function plain(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/gu, ' ');
}

/** Whether it is said letter by letter: INR, BNP. */
function isSpelledOut(text: string): boolean {
  return /^[A-Z]{2,5}$/.test(text);
}

function lettersOf(text: string, between: string): string {
  return Array.from(text).join(between);
}
