import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDatabase,
  machineProgram,
  natsProgram,
  postgresProgram,
  serverProgram,
} from '../server/programs.js';
import { answers } from '../server/answers.js';
import { createPart, type Part, type Program } from '../server/part.js';
import type { SessionOptions } from '../load/session.js';
import { runTogether } from '../load/sessions.js';
import type { Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { finalDelays } from '../measure/final-delay.js';
import { freePort } from '../server/free-port.js';

import { watchProcesses } from '../server/process-use.js';

/** What is compared. */
export interface PoolPlan {
  readonly tracks: readonly Track[];
  readonly rounds: number;
  /** Inference processes, of the server or of the machine beside it. */
  readonly workers: number;
  readonly model: string | undefined;
  /** Whether records are in PostgreSQL. */
  readonly postgres: boolean;
}

/** Where inference runs: in the server, or in `auscult work` beside it. */
type Inference = 'local' | 'cluster';

/** How one way of inference fared. Delays in seconds. */
interface InferenceResults {
  readonly inference: Inference;
  readonly audioSeconds: number;
  readonly finals: number;
  readonly unserved: number;
  readonly fromVoice: Distribution | undefined;
  readonly afterPause: Distribution | undefined;
  /** Processor seconds for each second of audio, by part. With `local`, those of inference count as the server's. */
  readonly processor: Readonly<Record<string, number>>;
  /** Bytes through NATS, as it counts what it is sent, for each byte of the audio at 16 kHz in 16 bits. */
  readonly traffic: number | undefined;
}

export interface PoolResults {
  readonly streams: number;
  readonly rounds: number;
  readonly database: 'embedded' | 'PostgreSQL';
  readonly results: readonly InferenceResults[];
}

/** Runs the same streams with inference in the server and over NATS, in turn, on this machine. */
export async function measurePool(plan: PoolPlan, onRound: () => void): Promise<PoolResults> {
  const rounds: InferenceRound[] = [];
  for (let round = 0; round < plan.rounds; round++)
    for (const inference of inTurn(round)) {
      rounds.push(await runOnce(inference, plan));
      onRound();
    }
  return {
    streams: plan.tracks.length,
    rounds: plan.rounds,
    database: plan.postgres ? 'PostgreSQL' : 'embedded',
    results: (['local', 'cluster'] as const).map((inference) =>
      together(
        inference,
        rounds.filter((round) => round.inference === inference),
      ),
    ),
  };
}

/** Whatever changes on the machine meanwhile then favours neither. */
function inTurn(round: number): readonly Inference[] {
  return round % 2 === 0 ? ['local', 'cluster'] : ['cluster', 'local'];
}

interface InferenceRound {
  readonly inference: Inference;
  readonly audioSeconds: number;
  readonly finals: number;
  readonly unserved: number;
  readonly delays: ReturnType<typeof finalDelays>;
  readonly processorSeconds: ReadonlyMap<string, number>;
  readonly natsBytes: number | undefined;
}

async function runOnce(inference: Inference, plan: PoolPlan): Promise<InferenceRound> {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-pool-'));
  // PostgreSQL runs as another user, who must get at what is below.
  chmodSync(folder, 0o711);
  const scene = await startScene(inference, plan, folder);
  try {
    const watches = scene.parts.flatMap((part) => {
      const pid = part.processId();
      const watch = pid === undefined ? undefined : watchProcesses(pid, SAMPLE_SECONDS);
      return watch === undefined ? [] : [{ name: part.name, watch }];
    });
    const before = await scene.natsBytes();
    const { sessions } = await runTogether(plan.tracks, scene.options, STAGGER_SECONDS);
    const after = await scene.natsBytes();
    for (const { watch } of watches) watch.stop();
    return {
      inference,
      audioSeconds: sessions.reduce((sum, { sentSeconds }) => sum + sentSeconds, 0),
      finals: sessions.reduce((sum, { finals }) => sum + finals.length, 0),
      unserved: sessions.filter(({ outcome }) => outcome !== 'served').length,
      delays: finalDelays(sessions),
      processorSeconds: new Map(
        watches.map(({ name, watch: { samples } }) => [
          name,
          (samples.at(-1)?.cpuSeconds ?? 0) - (samples[0]?.cpuSeconds ?? 0),
        ]),
      ),
      natsBytes: before === undefined || after === undefined ? undefined : after - before,
    };
  } finally {
    await scene.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const SAMPLE_SECONDS = 1;
const STAGGER_SECONDS = 4;
const FRAME_SECONDS = 0.05;
/** More than a final needs on a machine that is not overloaded. */
const QUIET_SECONDS = 8;

interface Scene {
  readonly parts: readonly Part[];
  readonly options: SessionOptions;
  /** What NATS was sent so far, bytes; undefined if there is none. */
  readonly natsBytes: () => Promise<number | undefined>;
  readonly stop: () => Promise<void>;
}

async function startScene(inference: Inference, plan: PoolPlan, folder: string): Promise<Scene> {
  const parts: Part[] = [];
  const start = async (program: Program): Promise<void> => {
    const part = createPart(program);
    parts.push(part);
    await part.start();
  };
  const place = async (name: string) => {
    const own = join(folder, name);
    mkdirSync(own);
    const onEnded = (status: string): void => {
      console.error(`${name} ended: ${status}; see ${own}.log`);
    };
    return { name, folder: own, port: await freePort(), log: `${own}.log`, onEnded, slowDisk: {} };
  };

  const common = plan.model === undefined ? [] : ['--model', plan.model];
  const serve = [...common, '--workers', String(plan.workers)];
  if (plan.postgres) {
    const postgres = await place('postgres');
    await start(postgresProgram(postgres));
    createDatabase(postgres.port);
    serve.push('--database', `postgres://auscult@127.0.0.1:${String(postgres.port)}/auscult`);
  }
  const monitor = await freePort();
  if (inference === 'cluster') {
    const nats = await place('nats');
    await start(natsProgram(nats, monitor));
    const cluster = ['--cluster', `nats://127.0.0.1:${String(nats.port)}`];
    await start(
      machineProgram(await place('machine'), [...common, ...cluster, '--workers', String(plan.workers)]),
    );
    serve.push(...cluster, '--inference', 'cluster', '--journal', 'off');
  } else serve.push('--journal', 'off');
  const server = await place('server');
  const ready = `http://127.0.0.1:${String(server.port)}/health/ready`;
  await start({ ...serverProgram(server, serve), isReady: () => answers(ready) });

  return {
    parts,
    options: {
      url: `ws://127.0.0.1:${String(server.port)}/ws/transcribe`,
      speaks: 'auscult.v1',
      partials: true,
      frameSeconds: FRAME_SECONDS,
      quietSeconds: QUIET_SECONDS,
    },
    natsBytes: () => (inference === 'cluster' ? receivedBytes(monitor) : Promise.resolve(undefined)),
    stop: async () => {
      for (const part of parts.toReversed()) await part.kill();
    },
  };
}

async function receivedBytes(monitor: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${String(monitor)}/varz`);
  return ((await response.json()) as { readonly in_bytes: number }).in_bytes;
}

function together(inference: Inference, rounds: readonly InferenceRound[]): InferenceResults {
  const audioSeconds = sum(rounds.map((round) => round.audioSeconds));
  const bytes = rounds.map(({ natsBytes }) => natsBytes);
  const names = new Set(rounds.flatMap(({ processorSeconds }) => [...processorSeconds.keys()]));
  return {
    inference,
    audioSeconds,
    finals: sum(rounds.map(({ finals }) => finals)),
    unserved: sum(rounds.map(({ unserved }) => unserved)),
    fromVoice: distribution(rounds.flatMap(({ delays }) => delays.fromVoice)),
    afterPause: distribution(rounds.flatMap(({ delays }) => delays.afterPause)),
    processor: Object.fromEntries(
      [...names].map((name) => [
        name,
        sum(rounds.map(({ processorSeconds }) => processorSeconds.get(name) ?? 0)) / audioSeconds,
      ]),
    ),
    traffic: bytes.includes(undefined)
      ? undefined
      : sum(bytes.map((count) => count ?? 0)) / (audioSeconds * BYTES_PER_SECOND),
  };
}

const BYTES_PER_SECOND = 32_000;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
