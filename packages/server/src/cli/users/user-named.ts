import type { User } from '../../access/user.js';
import type { Users } from '../../access/users.js';
import { ConfigError } from '../../config/config-error.js';

/**
 * The user of this name.
 * @throws {ConfigError} if there is none.
 */
export async function userNamed(users: Users, name: string): Promise<User> {
  const user = await users.findByName(name);
  if (user !== undefined) return user;
  throw new ConfigError('there is no user of this name.', 'See `auscult users list`.');
}
