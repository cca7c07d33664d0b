import { Secret, TOTP } from 'otpauth';

/** Seconds that a code is shown for, and how many codes before and after the current one are taken. */
const STEP_SECONDS = 30;
const STEPS_ASIDE = 1;

/** What an authenticator shows: RFC 6238 with its defaults, which all of them know. */
const SHAPE = { algorithm: 'SHA1', digits: 6, period: STEP_SECONDS } as const;

/** 160 bits, as long as the hash, which RFC 4226 recommends. */
const SECRET_BYTES = 20;

/** A secret for an authenticator that nobody has had before. */
export function createCodeSecret(): Buffer {
  return Buffer.from(new Secret({ size: SECRET_BYTES }).bytes);
}

/** What an authenticator is set up with, as text for a QR code. */
export function codeSetup(secret: Uint8Array, userName: string): string {
  return new TOTP({ ...SHAPE, issuer: 'Auscult', label: userName, secret: secretOf(secret) }).toString();
}

/** The secret as people type it into an authenticator: base32. */
export function secretText(secret: Uint8Array): string {
  return secretOf(secret).base32;
}

/** The time step that `code` belongs to; undefined if it is wrong. A step that was taken must not be taken again. */
export function stepOfCode(secret: Uint8Array, code: string, at: Date): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const timestamp = at.getTime();
  const delta = new TOTP({ ...SHAPE, secret: secretOf(secret) }).validate({
    token: code,
    timestamp,
    window: STEPS_ASIDE,
  });
  return delta === null ? undefined : Math.floor(timestamp / (STEP_SECONDS * 1000)) + delta;
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer });
}
