import { protocolLimits } from '@auscult/protocol';

const { keyTermLength, keyTermWords } = protocolLimits;

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
