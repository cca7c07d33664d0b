import { textReading } from '@auscult/asr';
import { bareWord } from './deepgram/words.js';

/**
 * Words in small letters without punctuation. Where a mark keeps two numbers apart, as in `5, 10`, all marks stay: without
 * them, somebody would read another number.
 */
export function plainText(words: readonly string[]): string {
  const said = words.filter((word) => /[\p{L}\p{N}]/u.test(word));
  const plain = said.map(bareWord);
  const isSame = textReading(plain) === textReading(words);
  return (isSame ? plain : words.map((word) => word.toLowerCase())).join(' ');
}
