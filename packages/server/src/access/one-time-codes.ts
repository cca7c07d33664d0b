import { Secret, TOTP } from 'otpauth';

/** For how many seconds a code is shown, and how many codes before and after the current one are accepted. */
const STEP_SECONDS = 30;
const STEPS_ASIDE = 1;

/** The codes of authenticators: RFC 6238 with its defaults, which all of them support. */
const SHAPE = { algorithm: 'SHA1', digits: 6, period: STEP_SECONDS } as const;

/** 160 bits, as long as the hash, which RFC 4226 recommends. */
const SECRET_BYTES = 20;

/** A new random secret for an authenticator. */
export function createCodeSecret(): Buffer {
  return Buffer.from(new Secret({ size: SECRET_BYTES }).bytes);
}

/** The text of a QR code that sets up an authenticator. */
export function codeSetup(secret: Uint8Array, userName: string): string {
  return new TOTP({ ...SHAPE, issuer: 'Auscult', label: userName, secret: secretOf(secret) }).toString();
}

/** The secret as people type it into an authenticator: base32. */
export function secretText(secret: Uint8Array): string {
  return secretOf(secret).base32;
}

/** The time step that `code` belongs to; undefined if it is wrong. No step may be accepted twice. */
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
