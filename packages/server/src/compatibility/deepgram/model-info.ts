import { createHash } from 'node:crypto';
import type { ModelDescription } from '@auscult/asr';
import { serverVersion } from '../../version.js';

/** A model as clients of Deepgram are told of it. */
export interface DeepgramModel {
  /** Derived from the name, so that it is always the same. */
  readonly uuid: string;
  readonly name: string;
  /** The version of the server, which comes with the way in which it uses the model. */
  readonly version: string;
  readonly arch: string;
}

/** A model as clients of Deepgram are told of it. */
export function deepgramModel({ name, family }: Pick<ModelDescription, 'name' | 'family'>): DeepgramModel {
  return { uuid: uuidOf(name), name, version: serverVersion(), arch: family };
}

/** A UUID of version 8 (RFC 9562, section 5.8), whose bits are those of a digest. */
function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(`auscult model ${name}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-');
}
