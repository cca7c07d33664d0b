import type { VoiceOwner } from '../../access/destroy-voice.js';
import type { OpenAccess } from '../access/open-access.js';

/** Tells the name of the user or API key that a voice belongs to; undefined for others. */
export async function ownerNames({
  users,
  apiKeys,
}: Pick<OpenAccess, 'users' | 'apiKeys'>): Promise<(owner: VoiceOwner) => string | undefined> {
  const names = new Map<string, string>();
  for (const { id, name } of await users.list()) names.set(`user:${id}`, name);
  for (const { id, name } of await apiKeys.list()) names.set(`key:${id}`, name);
  return ({ subject }) => names.get(subject);
}
