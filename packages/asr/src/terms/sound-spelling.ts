/**
 * Writes English text roughly as it sounds, with one letter per sound, so that words that sound alike are spelled
 * alike. Vowels are `aeiou`; `S`, `C`, `J`, `T` and `Y` stand for the sounds of ship, chip, gin, thin and yes. Digits
 * are left out.
 */
export function soundSpelling(text: string): string {
  let spelled = text
    .toLowerCase()
    .normalize('NFD')
    // An unstressed `and` is mistaken for endings, and endings for it.
    .replace(/\band\b/g, 'an')
    .replace(/[^a-z]/g, '');
  for (const [pattern, sound] of RULES) spelled = spelled.replace(pattern, sound);
  return spelled;
}

/** Applied in this order, from longer to shorter spellings. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^[pkg]n/, 'n'],
  [/^ps/, 's'],
  [/^pt/, 't'],
  [/^x/, 'z'],
  [/^wr/, 'r'],
  [/r?rh/g, 'r'],
  [/ph/g, 'f'],
  [/sch/g, 'sk'],
  [/tch/g, 'C'],
  [/ch(?=[rlmnoy])/g, 'k'],
  [/ch/g, 'C'],
  [/sh/g, 'S'],
  [/th/g, 'T'],
  [/wh/g, 'w'],
  [/ck/g, 'k'],
  [/qu/g, 'kw'],
  [/q/g, 'k'],
  [/dg(?=[eiy])/g, 'J'],
  [/[tsc]ion/g, 'Sun'],
  [/[ct]i(?=[aou])/g, 'S'],
  [/sc(?=[eiy])/g, 's'],
  [/c(?=[eiy])/g, 's'],
  [/c/g, 'k'],
  [/g(?=[eiy])/g, 'J'],
  [/gh(?![aeiouy])/g, ''],
  [/gh/g, 'g'],
  [/j/g, 'J'],
  [/x/g, 'ks'],
  [/(?<=[^aeiouy])e$/, ''],
  [/ee|ea|ie|ei/g, 'i'],
  [/oo|ou|ow|ew|ue|eu/g, 'u'],
  [/au|aw|oa|oe/g, 'o'],
  [/ai|ay|ey|ae/g, 'e'],
  [/^y|y(?=[aeiou])/g, 'Y'],
  [/y/g, 'i'],
  [/(.)\1+/g, '$1'],
];
