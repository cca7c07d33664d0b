/** How deeply JSON from outside may be nested: no message or request needs half of it. */
export const MOST_NESTED = 16;

/**
 * Whether a JSON text has more than `most` lists and objects nested in one another. Told before the text is parsed,
 * in one pass over its characters; for a text that is not JSON, the answer means nothing.
 */
export function isNestedDeeper(text: string, most = MOST_NESTED): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case OPENING_BRACKET:
      case OPENING_BRACE:
        if (++depth > most) return true;
        break;
      case CLOSING_BRACKET:
      case CLOSING_BRACE:
        depth--;
        break;
    }
  }
  return false;
}

/**
 * The place of the quotation mark that ends the string beginning at `start`; the end of the text if there is none.
 */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
