/**
 * The sounds of a drug's name, roughly, as one letter each: `ph` and `f` are one, and so are `c` before `e` and `s`. Made
 * for names that are read as they are written, as those of drugs are.
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
