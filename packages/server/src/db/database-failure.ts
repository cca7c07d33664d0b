import { ConfigError } from '../config/config-error.js';

/** What a failure of the database means for those who wait for it. */
export type DatabaseFailure =
  /** It may pass by itself: the database is unreachable, locked, or its disk is full. */
  | 'passing'
  /** The file is damaged, or is not a database. */
  | 'damaged'
  /** Anything else: a mistake in this program. */
  | 'unforeseen';

/** The kind of failure that an error of a query means. */
export function databaseFailureOf(error: unknown): DatabaseFailure {
  const code = codeOf(error);
  if (damagedCodes.some((start) => code.startsWith(start))) return 'damaged';
  if (passingCodes.some((start) => code.startsWith(start))) return 'passing';
  return isLostConnection(error) || isTlsFailure(error) ? 'passing' : 'unforeseen';
}

/**
 * The error to show an operator whose database cannot be opened; it never holds the address, which has a password in
 * it.
 */
export function openingError(error: unknown, what: string): unknown {
  if (error instanceof ConfigError) return error;
  const code = codeOf(error);
  if (databaseFailureOf(error) === 'damaged')
    return new ConfigError(
      `${what} is damaged or not a database (${code}).`,
      'Restore a backup with `auscult restore` into another data directory.',
    );
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new ConfigError(
      `${what} is locked by another program.`,
      'End that program, or wait until it is done.',
    );
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC' || code === 'EDQUOT')
    return new ConfigError(`the disk of ${what} is full.`, 'Make room and start again.');
  if (code.startsWith('28') || code === '3D000')
    return new ConfigError(
      `${what} refuses this user, its password or the name of the database (${code}).`,
      'Correct the setting "database".',
    );
  if (isTlsFailure(error))
    return new ConfigError(
      `the connection to ${what} cannot be encrypted, or its certificate is not trusted${code === '' ? '' : ` (${code})`}.`,
      'Name the authority that signed the certificate in the setting "database", as in ?sslmode=verify-full&sslrootcert=/etc/auscult/ca.pem, and use the host that the certificate names.',
    );
  if (isLostConnection(error) || passingCodes.some((start) => code.startsWith(start)))
    return new ConfigError(
      `${what} cannot be reached${code === '' ? '' : ` (${code})`}.`,
      'Start it, and check the setting "database" and the network.',
    );
  if (
    code.startsWith('SQLITE_') ||
    ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOENT'].includes(code)
  )
    return new ConfigError(
      `${what} cannot be opened (${code}).`,
      'Name a folder that this user may write to with --data-directory.',
    );
  return error;
}

/**
 * The file of the embedded database is no longer the one that was opened. SQLite would keep writing to a file that
 * nobody can open again.
 */
export class DatabaseFileError extends Error {
  override readonly name = 'DatabaseFileError';

  constructor(readonly code: 'DATABASE_FILE_REMOVED' | 'DATABASE_FILE_CUT') {
    super(code);
  }
}

/** SQLite: not a database, damaged. PostgreSQL: class XX, where XX001 and XX002 are damaged data. */
const damagedCodes = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'DATABASE_FILE_', 'XX001', 'XX002'];

/** SQLite: locked, full, failing disk. System: the same. PostgreSQL: 08, 40, 53, 55, 57 (see its appendix A). */
const passingCodes = [
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
  'ENOSPC',
  'EDQUOT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  '08',
  '25006',
  '40',
  '53',
  '55',
  '57',
];

/** Errors that `pg` reports without a code. */
function isLostConnection(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable/i.test(
      error.message,
    )
  );
}

/** A certificate that is not trusted, or no encryption at all; who renews it, or turns it on, need not start the server again. */
function isTlsFailure(error: unknown): boolean {
  return TLS_CODE.test(codeOf(error)) || (error instanceof Error && NO_TLS.test(error.message));
}

const TLS_CODE = /CERT|_SIGNATURE$|^ERR_(?:TLS|SSL)|^EPROTO$/;

/** What `pg` says without a code. */
const NO_TLS = /server does not support SSL connections/i;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
