/** Words that are written small unless they begin a sentence: none is a name, a letter or a polite form. */
export const en: ReadonlySet<string> = new Set(
  'an and any are as at both but by can does for from had has have he her his if in is it its no nor not of on or our she since so than that the their then there these they this those to was we were when which while who with without you your'.split(
    ' ',
  ),
);
