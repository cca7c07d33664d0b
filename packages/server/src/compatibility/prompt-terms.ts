import { protocolLimits } from '@auscult/protocol';

const { keyTermLength, keyTermWords } = protocolLimits;

/** What becomes of a prompt, for the tables of parameters. */
export const PROMPT_NOTE =
  'key terms, if it is a list of terms cut by commas, semicolons or line breaks; running text is ignored with a warning';

/** The key terms that a prompt lists; undefined, with a warning, if it is running text. */
export function listedTerms(prompt: string, warn: (reason: string) => void): readonly string[] | undefined {
  const terms = termsInPrompt(prompt);
  if (terms === undefined) warn('only a list of terms is listened for, not running text');
  return terms;
}

/**
 * The key terms that a prompt lists, cut at `,`, `;` and line breaks; undefined if it is running text: a piece has more words
 * or characters than a key term may have.
 */
export function termsInPrompt(prompt: string): readonly string[] | undefined {
  const pieces = prompt
    .split(/[,;\r\n]+/)
    .map((piece) => piece.trim().replace(/\.$/, ''))
    .filter((piece) => piece !== '');
  return pieces.every(isTerm) ? pieces : undefined;
}

function isTerm(piece: string): boolean {
  return piece.length <= keyTermLength.max && piece.split(/\s+/u).length <= keyTermWords.max;
}
