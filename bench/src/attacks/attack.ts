/** What an attacker knows, in a process of its own. */
export interface Victim {
  /** Address of the live endpoint, `ws://…`. */
  readonly url: string;
  /** Address of the rest, `http://…`. */
  readonly httpUrl: string;
  readonly port: number;
  /** A key of somebody else than the doctor who speaks; may open sessions and upload. */
  readonly key: string;
  /** Process of the server, for faults. */
  readonly pid: number;
  /** Speech that somebody else has, 16-bit PCM at 16 kHz. */
  readonly speech: Buffer;
  /** Whether the attack is to go on. */
  readonly goesOn: () => boolean;
}

/** Attacks while it may, and resolves with what came of it, such as how much was sent. */
export type Attack = (victim: Victim) => Promise<AttackAccount>;

/** Counts by what is counted; no text that anybody said. */
export type AttackAccount = Readonly<Record<string, number>>;

/** Does `once` in so many lanes, in each again and again, while the attack goes on. */
export async function inLanes(
  lanes: number,
  goesOn: () => boolean,
  once: (lane: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      while (goesOn()) await once(lane);
    }),
  );
}

/** Counts outcomes by name. */
export interface Tally {
  readonly add: (name: string | number, count?: number) => void;
  readonly account: () => AttackAccount;
}

/** Nothing is counted yet. */
export function createTally(): Tally {
  const counts = new Map<string, number>();
  return {
    add: (name, count = 1) => {
      counts.set(String(name), (counts.get(String(name)) ?? 0) + count);
    },
    account: () => Object.fromEntries(counts),
  };
}
