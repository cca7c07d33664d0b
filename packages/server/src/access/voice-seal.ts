import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../db/schema.js';
import type { SealedPlace } from '../records/seal.js';
import { open, seal } from '../records/seal.js';
import type { MasterKey } from '../records/master-keys.js';

/** An enrolled voice as it is stored. */
export type EnrolledVoiceRow = Selectable<Schema['enrolled_voices']>;

/** What nobody may read of an enrolled voice. */
export interface VoiceSecret {
  /** The name to show beside what they say. */
  readonly name: string;
  /** The mean of its embeddings, of unit length. */
  readonly voice: Float32Array;
}

/** What may be known of an enrolled voice without its key. The voice opens only together with it. */
export type VoiceFacts = Pick<EnrolledVoiceRow, 'tenant' | 'owner' | 'consent' | 'encoder' | 'enrolled_at'>;

/** Encrypts a voice under a master key. */
export function sealVoice(
  { id, bytes }: MasterKey,
  facts: VoiceFacts,
  { name, voice }: VoiceSecret,
): Pick<EnrolledVoiceRow, 'master_key_id' | 'sealed'> {
  const values = Buffer.from(voice.buffer, voice.byteOffset, voice.byteLength);
  const plain = Buffer.from(JSON.stringify({ name, voice: values.toString('base64') }));
  const sealed = seal(bytes, plain, placeOf(facts, id));
  plain.fill(0);
  return { master_key_id: id, sealed };
}

/** Decrypts a voice. Throws `record_damaged` if it or anything known of it was changed, or the key is another. */
export function openVoice({ id, bytes }: MasterKey, row: EnrolledVoiceRow): VoiceSecret {
  const plain = open(bytes, row.sealed, placeOf(row, id));
  const { name, voice } = content.parse(JSON.parse(plain.toString()));
  plain.fill(0);
  const values = new Uint8Array(Buffer.from(voice, 'base64'));
  return { name, voice: new Float32Array(values.buffer) };
}

const content = z.object({ name: z.string(), voice: z.base64() });

function placeOf({ tenant, owner, consent, encoder, enrolled_at }: VoiceFacts, keyId: string): SealedPlace {
  return ['enrolled_voices', tenant, owner, consent, encoder, enrolled_at, keyId];
}
