import { setTimeout as elapsed } from 'node:timers/promises';
import { createRandom } from '../../../fuzz/dist/engine/random.js';
import { inputKinds } from './input-kinds.js';
import type { InputKind, InputScene, Outcome } from './input-kind.js';

/** What is sent, and where. */
export interface FloodOrder extends Omit<InputScene, 'random'> {
  /** Names of the kinds. */
  readonly kinds: readonly string[];
  /** Inputs of all kinds together. */
  readonly inputs: number;
  /** The same inputs are sent for the same seed. */
  readonly seed: number;
}

/** How many inputs of each kind were sent, and what became of how many. */
export type FloodAccount = Readonly<Record<string, KindAccount>>;

/** What became of the inputs of one kind. */
export interface KindAccount {
  readonly sent: number;
  readonly failed: number;
  /** Inputs that were sent again since the server had no place. */
  readonly busy: number;
  /** How they were answered. */
  readonly answers: Readonly<Record<string, number>>;
}

/** Sends invalid input of all kinds at the same time, each at the pace of the slowest. */
export async function flood(
  { kinds, inputs, seed, ...where }: FloodOrder,
  onInput: (sent: number) => void,
): Promise<FloodAccount> {
  const chosen = kinds.map((name) => {
    const kind = inputKinds[name];
    if (kind === undefined) throw new RangeError(`There is no kind of input ${name}.`);
    return { name, kind };
  });
  const shares = chosen.reduce((sum, { kind }) => sum + kind.share, 0);
  const lines = chosen.map(({ name, kind }, index) =>
    openLine(name, kind, Math.ceil((inputs * kind.share) / shares), seed * 1_000 + index),
  );
  const isAhead = (line: Line): boolean =>
    line.progress() > Math.min(...lines.map((one) => one.progress())) + AHEAD;
  const counted = (): void => {
    onInput(lines.reduce((sum, line) => sum + line.account().sent, 0));
  };
  await Promise.all(
    lines.flatMap((line) =>
      Array.from({ length: line.lanes }, async () => {
        while (line.progress() < 1)
          if (isAhead(line)) await elapsed(WAIT_MS);
          else await line.sendSome(where, counted);
      }),
    ),
  );
  return Object.fromEntries(lines.map((line) => [line.name, line.account()]));
}

/** How far a kind may be ahead of the slowest, as a share of its inputs. */
const AHEAD = 0.01;
const WAIT_MS = 20;
/** The pause of a client that the server had no place for. */
const BUSY_MS = 500;

/** All inputs of one kind. */
interface Line {
  readonly name: string;
  readonly lanes: number;
  readonly progress: () => number;
  readonly account: () => KindAccount;
  /** Sends the inputs of the next connection. */
  readonly sendSome: (where: Omit<InputScene, 'random'>, counted: () => void) => Promise<void>;
}

function openLine(name: string, { lanes, send }: InputKind, inputs: number, seed: number): Line {
  const answers = new Map<string, number>();
  let [sent, failed, busy, connections] = [0, 0, 0, 0];
  const take = ({ fate, how }: Outcome): void => {
    sent += 1;
    if (fate === 'failed') failed += 1;
    answers.set(how, (answers.get(how) ?? 0) + 1);
  };
  return {
    name,
    lanes,
    progress: () => sent / inputs,
    account: () => ({ sent, failed, busy, answers: Object.fromEntries(answers) }),
    sendSome: async (where, counted) => {
      const connection = connections++;
      const sendAll = async (): Promise<boolean> => {
        const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(connection + 1, 0x85ebca6b));
        for await (const outcome of send({ ...where, random })) {
          if (outcome.fate === 'busy') return false;
          take(outcome);
          counted();
        }
        return true;
      };
      while (!(await sendAll())) {
        busy += 1;
        await elapsed(BUSY_MS);
      }
    },
  };
}
