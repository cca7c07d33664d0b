import { setTimeout as elapsed } from 'node:timers/promises';
import { createRandom } from '../../../fuzz/dist/engine/random.js';
import { inputKinds } from './input-kinds.js';
import type { InputKind, InputScene, Outcome } from './input-kind.js';

/** What is sent, and where. */
export interface FloodOrder extends Pick<InputScene, 'httpUrl'> {
  /** The kinds use these in turn. */
  readonly keys: readonly string[];
  /** Names of the kinds. */
  readonly kinds: readonly string[];
  /** Which of the kinds: each `of`th, from this one on. */
  readonly part: { readonly first: number; readonly of: number };
  /** Inputs of all kinds together, those of other parts included. */
  readonly inputs: number;
  /** After as long, no further connection is opened, seconds. */
  readonly mostSeconds: number;
  /** The same inputs are sent for the same seed. */
  readonly seed: number;
}

/** How many inputs of each kind were sent, and what became of how many. */
export type FloodAccount = Readonly<Record<string, KindAccount>>;

/** What became of the inputs of one kind. */
export interface KindAccount {
  readonly sent: number;
  readonly failed: number;
  /** Connections of the first inputs that failed, by their numbers, and what became of these. */
  readonly failures: readonly string[];
  /** Inputs that were sent again since the server had no place. */
  readonly busy: number;
  /** How they were answered. */
  readonly answers: Readonly<Record<string, number>>;
}

/** Sends invalid input of all kinds at the same time. */
export async function flood(
  { httpUrl, keys, kinds, part, inputs, mostSeconds, seed }: FloodOrder,
  onInput: (sent: number) => void,
): Promise<FloodAccount> {
  const chosen = kinds.map((name) => {
    const kind = inputKinds[name];
    if (kind === undefined) throw new RangeError(`There is no kind of input ${name}.`);
    return { name, kind };
  });
  const shares = chosen.reduce((sum, { kind }) => sum + kind.share, 0);
  const lines = chosen
    .map(({ name, kind }, index) =>
      openLine({
        ...{ name, kind, key: keys[index % keys.length] ?? '' },
        ...{ inputs: Math.ceil((inputs * kind.share) / shares), seed: seed * 1_000 + index },
      }),
    )
    .filter((_, index) => index % part.of === part.first);
  const until = performance.now() + mostSeconds * 1000;
  const counted = (): void => {
    onInput(lines.reduce((sum, line) => sum + line.account().sent, 0));
  };
  await Promise.all(
    lines.flatMap((line) =>
      Array.from({ length: line.lanes }, async () => {
        while (line.progress() < 1 && performance.now() < until) await line.sendSome(httpUrl, counted);
      }),
    ),
  );
  return Object.fromEntries(lines.map((line) => [line.name, line.account()]));
}

/** Failures that are told one by one. */
const MOST_FAILURES = 10;
/** The pause of a client that the server had no place for. */
const BUSY_MS = 500;

/** All inputs of one kind. */
interface Line {
  readonly name: string;
  readonly lanes: number;
  readonly progress: () => number;
  readonly account: () => KindAccount;
  /** Sends the inputs of the next connection. */
  readonly sendSome: (httpUrl: string, counted: () => void) => Promise<void>;
}

interface LineOptions {
  readonly name: string;
  readonly kind: InputKind;
  readonly key: string;
  readonly inputs: number;
  readonly seed: number;
}

function openLine({ name, kind: { lanes, send }, key, inputs, seed }: LineOptions): Line {
  const answers = new Map<string, number>();
  let [sent, failed, busy, connections] = [0, 0, 0, 0];
  const failures: string[] = [];
  const take = ({ fate, how }: Outcome, connection: number): void => {
    sent += 1;
    if (fate === 'failed') {
      failed += 1;
      if (failures.length < MOST_FAILURES) failures.push(`connection ${String(connection)}: ${how}`);
    }
    answers.set(how, (answers.get(how) ?? 0) + 1);
  };
  return {
    name,
    lanes,
    progress: () => sent / inputs,
    account: () => ({ sent, failed, failures, busy, answers: Object.fromEntries(answers) }),
    sendSome: async (httpUrl, counted) => {
      const connection = connections++;
      const sendAll = async (): Promise<boolean> => {
        const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(connection + 1, 0x85ebca6b));
        for await (const outcome of send({ httpUrl, key, random })) {
          if (outcome.fate === 'busy') return false;
          take(outcome, connection);
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
