import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import type { Note } from './history.js';
import type { Part } from '../server/part.js';
import type { Fault } from './plan-faults.js';
import type { Scene } from './scene.js';

/** Carries faults out. */
export interface FaultInjection {
  /** Resolves when all faults have been carried out and mended. */
  readonly done: Promise<void>;
  /** Begins no more faults, and mends those there are. */
  readonly stop: () => Promise<void>;
}

/** Seconds by which a server that drains may be late before it is killed, as service managers do it. */
const STOP_SECONDS = 45;

/** Carries out a plan. What something still has a fault is left out, and noted. */
export function injectFaults(
  scene: Scene,
  plan: readonly Fault[],
  note: Note,
  startedAt: number,
): FaultInjection {
  const stopped = new AbortController();
  /** What has a fault, or is being mended. */
  const broken = new Set<string>();

  const carryOut = async (fault: Fault): Promise<void> => {
    const { target } = fault;
    if (broken.has(target)) {
      note({ saw: 'skipped', second: secondsSince(startedAt), fault });
      return;
    }
    broken.add(target);
    note({ saw: 'fault', second: secondsSince(startedAt), fault });
    try {
      await breakFor(fault, () => wait(fault.seconds, stopped.signal));
      note({ saw: 'mended', second: secondsSince(startedAt), fault });
    } catch (error) {
      note({ saw: 'unanswered', what: error instanceof Error ? error.message : String(error) });
    } finally {
      broken.delete(target);
    }
  };

  const breakFor = async ({ kind, target }: Fault, over: () => Promise<void>): Promise<void> => {
    switch (kind) {
      case 'kill': {
        const part = partOf(scene, target);
        await part.kill();
        await over();
        return part.start();
      }
      case 'pause': {
        const part = partOf(scene, target);
        part.pause();
        await over();
        part.goOn();
        return;
      }
      case 'cut':
      case 'stall':
      case 'slow': {
        const link = scene.links.get(target);
        link?.[kind]();
        await over();
        link?.mend();
        return;
      }
      case 'full-disk': {
        const disk = scene.disks.get(target);
        disk?.fill();
        await over();
        disk?.free();
        return bringBack(partOf(scene, target));
      }
      case 'slow-disk':
        scene.slowDisks?.slow(target);
        await over();
        scene.slowDisks?.mend(target);
        return;
      case 'rolling-restart':
        return restartAll();
    }
  };

  const restartAll = async (): Promise<void> => {
    for (const { name } of scene.servers) {
      if (stopped.signal.aborted) return;
      if (broken.has(name)) continue;
      broken.add(name);
      try {
        await restart(partOf(scene, name));
      } finally {
        broken.delete(name);
      }
    }
  };

  const all = (async () => {
    const under: Promise<void>[] = [];
    for (const fault of plan) {
      await wait(fault.second - secondsSince(startedAt), stopped.signal);
      if (stopped.signal.aborted) break;
      under.push(carryOut(fault));
    }
    await Promise.all(under);
  })();
  return {
    done: all,
    stop: () => {
      stopped.abort();
      return all;
    },
  };
}

function partOf({ parts }: Scene, name: string): Part {
  const part = parts.get(name);
  if (part === undefined) throw new RangeError(`there is no ${name}`);
  return part;
}

async function restart(part: Part): Promise<void> {
  const late = new AbortController();
  const killed = wait(STOP_SECONDS, late.signal).then(() => (late.signal.aborted ? undefined : part.kill()));
  await part.stop();
  late.abort();
  await killed;
  await part.start();
}

/** As an operator does: once its disk was full, NATS leaves JetStream off until it is started again, and says that it is well. */
async function bringBack(part: Part): Promise<void> {
  if (part.name !== 'nats' && (await part.isReady())) return;
  await part.kill();
  await part.start();
}

/** Resolves after so long, or at once when stopped. */
async function wait(seconds: number, stopped: AbortSignal): Promise<void> {
  await elapsed(Math.max(0, 1000 * seconds), undefined, { signal: stopped }).catch(() => undefined);
}

/** Rounded to milliseconds. */
export function secondsSince(startedAt: number): number {
  return Math.round(performance.now() - startedAt) / 1000;
}
