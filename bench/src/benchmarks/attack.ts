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
import { normaliseEnglish, wordsOf } from '../score/normalise-english.js';
import { countWordErrors } from '../score/word-errors.js';
import { watchHealth } from '../server/health-watch.js';
import { watchProcesses } from '../server/process-use.js';
import { createKey } from '../server/run-cli.js';
import { auscultCommand, startServer, type Target } from '../server/target.js';

/** What is attacked, and how. */
export interface AttackPlan {
  /** Names of attacks beside a doctor who speaks. */
  readonly attacks: readonly string[];
  /** What the doctor says. */
  readonly track: Track;
  /** More flags of the server. */
  readonly serve: readonly string[];
}

/** How the doctor fared beside one attack. */
export interface AttackedDoctor {
  readonly attack: string;
  /** Words that were heard without an attack and are missing, are others, or are new. */
  readonly lost: number;
  readonly changed: number;
  readonly added: number;
  /** From the end of each final to its arrival, seconds; undefined where none came. */
  readonly finals: Distribution | undefined;
  /** The longest that the server needed to say that it lives, seconds. */
  readonly slowestAnswerSeconds: number;
  /** How much more memory the server and its processes took at most than before; undefined where that is unknown. */
  readonly memoryGrowthBytes: number | undefined;
  /** Whether the server is still there. */
  readonly isAlive: boolean;
  /** What the attacker counted; undefined where it did not end. */
  readonly account: AttackAccount | undefined;
}

export interface AttackResults {
  /** Without an attack, the second time, compared with the first. */
  readonly baseline: AttackedDoctor;
  readonly attacked: readonly AttackedDoctor[];
  /** Words that the doctor said, as they were heard without an attack. */
  readonly words: number;
}

/** Frames of the doctor, seconds. */
const FRAME_SECONDS = 0.1;
/** How often memory is looked at, seconds. */
const MEMORY_SECONDS = 0.25;

/**
 * Attacks a server while a doctor speaks to it in real time, with one attack after the other. A server that did not
 * survive is started anew.
 */
export async function measureAttacks(
  { attacks, track, serve }: AttackPlan,
  onAttack: () => void,
): Promise<AttackResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-attack-'));
  const speechPath = join(dataDirectory, 'speech.pcm');
  writeFileSync(speechPath, Buffer.concat([...framesOf(track, 1)]));
  const start = (): Promise<Target> =>
    startServer(
      auscultCommand(['--authentication', 'required', '--data-directory', dataDirectory, ...serve]),
    );
  let server: Target | undefined;
  try {
    const doctorKey = await createKey(dataDirectory, 'clinician');
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
      // Sessions of the attack before may still be kept, and count against its key.
      const key = await createKey(dataDirectory, 'service');
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
  const { url, httpUrl, pid } = server;
  if (pid === undefined) throw new TypeError('a server that was started has a process');
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
 * Waits until the doctor is let in: a server refuses those whose latest finals were late, which those of the attack before
 * may have been.
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
  return session === undefined ? [] : wordsOf(normaliseEnglish(finalText(session)));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** How long a server may need to come to rest behind an attack, such as for inference processes to be back. */
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
