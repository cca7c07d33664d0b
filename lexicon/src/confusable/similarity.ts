import { soundsOf } from './sounds.js';

/** How alike two names look and sound, from 0 to 1: the mean over letters and sounds, beginnings counting double. */
export function similarity(a: string, b: string): number {
  const [letters, sounds] = [alike(a, b), alike(soundsOf(a), soundsOf(b))];
  const beginning = a.slice(0, 3) === b.slice(0, 3) ? 1 : a[0] === b[0] ? 0.5 : 0;
  const ending = a.slice(-3) === b.slice(-3) ? 1 : 0;
  return Math.max(0, 0.4 * letters + 0.4 * sounds + 0.1 * beginning + 0.1 * ending);
}

function alike(a: string, b: string): number {
  return 1 - distance(a, b) / Math.max(a.length, b.length);
}

/**
 * The least cost of edits from one to the other. Replacing a vowel by a vowel, or a consonant by one of the
 * same group, costs half.
 */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [row, from] of Array.from(a).entries()) {
    const current = [row + 1];
    for (const [column, to] of Array.from(b).entries()) {
      const replaced = (previous[column] ?? 0) + replacing(from, to);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

function replacing(from: string, to: string): number {
  if (from === to) return 0;
  return GROUPS.some((group) => group.includes(from) && group.includes(to)) ? 0.5 : 1;
}

/**
 * Vowels, and consonants of the same place or manner: lips, teeth, sibilants, back of the mouth, nasals,
 * liquids.
 */
const GROUPS: readonly string[] = ['aeiou', 'bpvf', 'dt', 'szj', 'gk', 'mn', 'lr'];
