import { decodeBase64 } from '../../../packages/protocol/dist/decode-base64.js';
import { mustHold, type FuzzTarget } from '../target.js';

/** Base64 after RFC 4648, section 4, except that stray bits in the last character are allowed. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;

/** Audio inside JSON. */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: { ms: 5, msPerKiB: 0.25 },
  prepare: () => (input) => {
    const text = input.toString('latin1');
    const bytes = decodeBase64(text);
    if (bytes !== undefined) {
      mustHold(BASE64.test(text), 'only base64 is accepted');
      mustHold(Buffer.from(bytes).toString('base64') === text, 'the decoded bytes encode to the same text');
    }
    const encoded = input.toString('base64');
    mustHold(
      Buffer.compare(decodeBase64(encoded) ?? Buffer.alloc(0), input) === 0,
      'the encoded bytes decode to the same bytes',
    );
  },
};
