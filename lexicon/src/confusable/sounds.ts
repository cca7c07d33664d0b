/**
 * The sounds of a drug's name, roughly, as one letter each: `ph` equals `f`, and `c` before `e` equals `s`.
 * Meant for names that are pronounced as they are written, such as those of drugs.
 */
export function soundsOf(name: string): string {
  return RULES.reduce((sounds, [letters, sound]) => sounds.replace(letters, sound), name.toLowerCase());
}

const RULES: readonly (readonly [RegExp, string])[] = [
  [/[^a-z]/g, ''],
  [/ph/g, 'f'],
  [/th/g, 't'],
  [/ch/g, 'k'],
  [/^x/g, 'z'],
  [/x/g, 'ks'],
  [/c(?=[eiy])/g, 's'],
  [/qu|ck|[cq]/g, 'k'],
  [/y/g, 'i'],
  [/ae|oe/g, 'e'],
  [/(.)\1+/g, '$1'],
];
