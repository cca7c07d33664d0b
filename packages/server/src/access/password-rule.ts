/** The rule for passwords that people choose. */
export const PASSWORD_RULE = 'at least 12 characters, 5 of them different, without your name';

const SHORTEST = 12;
const LEAST_DIFFERENT = 5;

/** Whether `password` follows {@link PASSWORD_RULE}. Length counts, not kinds of characters (NIST SP 800-63B). */
export function isStrong(password: string, userName: string): boolean {
  const characters = Array.from(password.normalize('NFC').toLowerCase());
  return (
    characters.length >= SHORTEST &&
    new Set(characters).size >= LEAST_DIFFERENT &&
    !characters.join('').includes(userName.toLowerCase())
  );
}
