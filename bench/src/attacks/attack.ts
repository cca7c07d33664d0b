/** What an attacker, who runs in a separate process, knows. */
export interface Victim {
  /** Address of the live endpoint, `ws://…`. */
  readonly url: string;
  /** Address of the rest, `http://…`. */
  readonly httpUrl: string;
  readonly port: number;
  /** A key that is not the speaking doctor's; it may open sessions and upload. */
  readonly key: string;
  /** The server's process, for attacks that inject faults. */
  readonly pid: number;
  /** Speech for the attacker's own sessions, 16-bit PCM at 16 kHz. */
  readonly speech: Buffer;
  /** Whether the attack should continue. */
  readonly goesOn: () => boolean;
}

/** Attacks until told to stop, and resolves with the outcome, such as how much was sent. */
export type Attack = (victim: Victim) => Promise<AttackAccount>;

/** Counts by name; never anything that anybody said. */
export type AttackAccount = Readonly<Record<string, number>>;

/** Repeats `once` in each of the given number of parallel lanes for as long as the attack continues. */
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
