/** A part of the phrase of a command. */
export type PhrasePart =
  { readonly kind: 'words'; readonly words: string } | { readonly kind: 'variable'; readonly name: string };

/**
 * The parts of a phrase such as `go to {section}`, in order; undefined if a brace stands alone or a variable has no
 * proper name, or there is nothing to be said at all. Words without a letter or digit are no part.
 */
export function partsOfPhrase(phrase: string): readonly PhrasePart[] | undefined {
  const parts: PhrasePart[] = [];
  for (const [index, piece] of phrase.split(/\{([^{}]*)\}/u).entries()) {
    if (index % 2 === 1) {
      if (!NAME.test(piece)) return undefined;
      parts.push({ kind: 'variable', name: piece });
      continue;
    }
    if (/[{}]/u.test(piece)) return undefined;
    if (/[\p{L}\p{N}]/u.test(piece)) parts.push({ kind: 'words', words: piece.trim() });
  }
  return parts.length === 0 ? undefined : parts;
}

/** The name of a variable. */
const NAME = /^\p{L}[\p{L}\p{N}_]{0,31}$/u;

/** What of a text is said, for comparison: the same for texts that differ only in case, punctuation and spaces. Empty if there is nothing. */
export function saidForm(text: string): string {
  const said = text.normalize('NFKC').toLowerCase();
  return (said.match(/[\p{L}\p{M}]+|\p{N}+|[^\p{L}\p{M}\p{N}\p{P}\s]/gu) ?? []).join(' ');
}
