import { hash, verify, type Options } from '@node-rs/argon2';
import { randomInt } from 'node:crypto';

/** Keeps and checks passwords, a few at a time. */
export interface Passwords {
  /** What is kept of a password: Argon2id with its parameters, in the PHC string format. */
  readonly hash: (password: string) => Promise<string>;
  /** Whether `password` is the kept one. If none is kept, the answer is false and takes the same time. */
  readonly verify: (kept: string | undefined, password: string) => Promise<boolean>;
}

/** The first choice of the OWASP password storage cheat sheet; 46 MiB while one is checked. Argon2id is the default. */
const OPTIONS: Options = { memoryCost: 47_104, timeCost: 1, parallelism: 1 };

/** How many are checked side by side, off the event loop: more would take memory and cores from result. */
const AT_A_TIME = 2;

/** Characters that cannot be mistaken for each other. 20 of them have at least 110 bits. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const GENERATED_LENGTH = 20;

export function createPasswords(): Passwords {
  const lanes = Array.from({ length: AT_A_TIME }, () => Promise.resolve());
  let turn = 0;

  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const lane = turn++ % AT_A_TIME;
    const done = (lanes[lane] ?? Promise.resolve()).then(work);
    lanes[lane] = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  };

  let nobodys: Promise<string> | undefined;
  return {
    hash: (password) => inTurn(() => hash(asTyped(password), OPTIONS)),
    verify: async (kept, password) => {
      nobodys ??= hash(createPassword(), OPTIONS);
      const compared = kept ?? (await nobodys);
      const isRight = await inTurn(() => verify(compared, asTyped(password)));
      return isRight && kept !== undefined;
    },
  };
}

/** Keyboards write the same letter in several ways (RFC 8265). */
function asTyped(password: string): string {
  return password.normalize('NFC');
}

/** A new random password. */
export function createPassword(): string {
  return Array.from({ length: GENERATED_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
