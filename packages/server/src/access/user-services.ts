import type { ChangeServices } from './change-services.js';
import type { Passwords } from './passwords.js';
import type { RecoveryCodes } from './recovery-codes.js';
import type { Seal } from './seal.js';

/** The services needed to change users. */
export interface UserServices extends ChangeServices {
  readonly passwords: Passwords;
  readonly recoveryCodes: RecoveryCodes;
  /** Seals the secrets of authenticators. */
  readonly seal: Seal;
  readonly now?: () => Date;
}
