/** What somebody may do follows from this alone. */
type Role = 'clinician' | 'supervisor' | 'auditor' | 'administrator' | 'service' | 'local';

/** Who does something. `local` is whoever uses a server on loopback without authentication set up: one person's own machine. */
export interface Identity {
  /** `default` where nobody says otherwise. */
  readonly tenant: string;
  /** Stable name: id of a key, `sub` of a token, id of a user, or `local`. */
  readonly subject: string;
  readonly kind: 'local' | 'key' | 'token' | 'user' | 'certificate';
  readonly role: Role;
  /** A supervisor reads the sessions of these. */
  readonly groups: readonly string[];
}
