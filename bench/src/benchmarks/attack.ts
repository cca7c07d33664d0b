import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttackAccount } from '../attacks/attack.js';
import { startAttacker } from '../attacks/attacker.js';
import { openClient } from '../load/live-client.js';
import { createPacer } from '../load/pacer.js';
import { finalText, runSession, type Session } from '../load/session.js';
import { framesOf, type Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { finalDelays } from '../measure/final-delay.js';
import { comparableWords } from '../score/comparable-text.js';
import { countWordErrors } from '../score/word-errors.js';
import { watchHealth } from '../server/health-watch.js';
import { watchProcesses } from '../server/process-use.js';
import { createKey } from '../server/create-key.js';
import { auscultCommand, processOf, startServer, type Target } from '../server/target.js';

/** What is attacked, and how. */
export interface AttackPlan {
  /** Names of the attacks that run while a doctor speaks. */
  readonly attacks: readonly string[];
  /** What the doctor says. */
  readonly track: Track;
  /** More flags of the server. */
  readonly serve: readonly string[];
}

/** How the doctor fared during one attack. */
export interface AttackedDoctor {
  readonly attack: string;
  /** Words that are missing, different or new, compared with what was heard without an attack. */
  readonly lost: number;
  readonly changed: number;
  readonly added: number;
  /** From the end of each final to its arrival, seconds; undefined if none came. */
  readonly finals: Distribution | undefined;
  /** The longest that the server took to answer that it is alive, seconds. */
  readonly slowestAnswerSeconds: number;
  /** How far the memory of the server and its processes rose at most; undefined if that is unknown. */
  readonly memoryGrowthBytes: number | undefined;
  /** Whether the server is still running. */
  readonly isAlive: boolean;
  /** What the attacker counted; undefined if it did not report. */
  readonly account: AttackAccount | undefined;
}

export interface AttackResults {
  /** The second run without an attack, compared with the first. */
  readonly baseline: AttackedDoctor;
  readonly attacked: readonly AttackedDoctor[];
  /** Words that the doctor said, as they were heard without an attack. */
  readonly words: number;
}

/** Frames of the doctor, seconds. */
const FRAME_SECONDS = 0.1;
/** How often memory is sampled, seconds. */
const MEMORY_SECONDS = 0.25;

/**
 * Attacks a server while a doctor speaks to it in real time, with one attack after the other. A server that
 * did not survive is restarted.
 */
export async function measureAttacks(
  { attacks, track, serve }: AttackPlan,
  onAttack: () => void,
): Promise<AttackResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-attack-'));
  const speechPath = join(dataDirectory, 'speech.pcm');
  writeFileSync(speechPath, Buffer.concat([...framesOf(track, 1)]));
  const command = auscultCommand([
    '--authentication',
    'required',
    '--data-directory',
    dataDirectory,
    ...serve,
  ]);
  const start = (): Promise<Target> => startServer(command);
  let server: Target | undefined;
  try {
    const doctorKey = await createKey(['--data-directory', dataDirectory], 'clinician');
    server = await start();
    const expected = wordsIn(await speak(server, track, doctorKey));
    const baseline = await besides(undefined, {
      server,
      track,
      doctorKey,
      key: doctorKey,
      expected,
      speechPath,
    });
    const attacked: AttackedDoctor[] = [];
    for (const attack of attacks) {
      // Sessions of the previous attack may still be kept, and would count against its key.
      const key = await createKey(['--data-directory', dataDirectory], 'service');
      const doctor = await besides(attack, { server, track, doctorKey, key, expected, speechPath });
      attacked.push(doctor);
      onAttack();
      if (doctor.isAlive && (await isReady(server))) continue;
      await server.stop();
      server = await start();
    }
    return { baseline, attacked, words: expected.length };
  } finally {
    await server?.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

interface Scene {
  readonly server: Target;
  readonly track: Track;
  readonly doctorKey: string;
  readonly key: string;
  readonly expected: readonly string[];
  readonly speechPath: string;
}

async function besides(attack: string | undefined, scene: Scene): Promise<AttackedDoctor> {
  const { server, track, doctorKey, key, expected, speechPath } = scene;
  const { url, httpUrl } = server;
  const pid = processOf(server);
  await admitted(server, doctorKey);
  const memory = watchProcesses(pid, MEMORY_SECONDS);
  const before = memory?.sample().memoryBytes;
  const health = watchHealth(httpUrl);
  const victim = { url, httpUrl, port: Number(new URL(httpUrl).port), key, pid };
  const attacker = attack === undefined ? undefined : startAttacker({ name: attack, victim, speechPath });
  const session = await speak(server, track, doctorKey);
  const account = await attacker?.stop();
  await health.stop();
  memory?.stop();
  const { substitutions, deletions, insertions } = countWordErrors(expected, wordsIn(session));
  const most = memory && Math.max(...memory.samples.map(({ memoryBytes }) => memoryBytes));
  return {
    attack: attack ?? 'none',
    lost: deletions,
    changed: substitutions,
    added: insertions,
    finals: session && distribution(finalDelays([session]).fromEnd),
    slowestAnswerSeconds: health.slowest(),
    memoryGrowthBytes: most === undefined || before === undefined ? undefined : most - before,
    isAlive: isRunning(pid),
    account,
  };
}

/**
 * Waits until the doctor is admitted: a server refuses sessions while recent finals were late, as those of
 * the previous attack may have been.
 */
async function admitted({ url }: Target, key: string): Promise<void> {
  for (let tries = 0; tries < REST_SECONDS; tries++) {
    const client = await openClient({ ...DOCTOR, url, key });
    if (await client.finish()) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** The doctor's session; undefined where none could be opened. */
async function speak({ url }: Target, track: Track, key: string): Promise<Session | undefined> {
  const options = { ...DOCTOR, url, key, frameSeconds: FRAME_SECONDS };
  return runSession(track, options, createPacer()).catch(() => undefined);
}

/** What the doctor's client asks for. */
const DOCTOR = { speaks: 'auscult.v1', partials: false, quietSeconds: 0 } as const;

function wordsIn(session: Session | undefined): readonly string[] {
  return session === undefined ? [] : comparableWords(finalText(session));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** How long a server may take to recover from an attack, such as to restart its inference processes. */
const REST_SECONDS = 60;

async function isReady({ httpUrl }: Target): Promise<boolean> {
  for (let tries = 0; tries < REST_SECONDS * 2; tries++) {
    const response = await fetch(`${httpUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    await response?.arrayBuffer();
    if (response?.ok === true) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return false;
}
