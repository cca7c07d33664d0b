import type { RecognizerEvent } from '@auscult/asr';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MachineStatus } from '../cluster/inference/inference-machine.js';
import { measureDegradations } from './degradation-metrics.js';
import { measureExpiry } from './expiry-metrics.js';
import { measureMemory } from './memory-metrics.js';
import { countWorkerExits, WORKER_STATES } from './recognizer-metrics.js';

/** What a machine that only infers counts. */
export interface MachineMetrics {
  readonly registry: Registry;
  readonly onRecognizerEvent: (event: RecognizerEvent) => void;
  /** A process took so many seconds for a job. */
  readonly onJobDone: (seconds: number) => void;
}

/** How the machine is, once it has its model, and whether NATS is there. */
export interface WatchedMachine {
  readonly status: () => MachineStatus | undefined;
  readonly isConnected: () => boolean;
}

/** Creates the metrics of one machine, which are asked of it at every scrape. */
export function createMachineMetrics(
  { status, isConnected }: WatchedMachine,
  config: Parameters<typeof measureExpiry>[1],
): MachineMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  measureMemory(registers);
  measureExpiry(registry, config);
  measureDegradations(registry, () => (isConnected() ? [] : ['cluster-away']));
  measureMachine(registers, status);
  const jobSeconds = new Histogram({
    name: 'auscult_machine_job_seconds',
    help: 'Time that an inference process of this machine took for a job, without waiting.',
    buckets: [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10],
    registers,
  });
  return {
    registry,
    onRecognizerEvent: countWorkerExits(registers),
    onJobDone: (seconds) => {
      jobSeconds.observe(seconds);
    },
  };
}

function measureMachine(registers: Registry[], status: WatchedMachine['status']): void {
  new Gauge({
    name: 'auscult_machine_workers',
    help: 'Inference processes of this machine, by state.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of WORKER_STATES)
        this.set({ state }, status()?.workers.filter((worker) => worker.state === state).length ?? 0);
    },
  });
  new Gauge({
    name: 'auscult_machine_jobs',
    help: 'Recognition jobs that this machine has at present.',
    registers,
    collect() {
      this.set(status()?.jobs ?? 0);
    },
  });
  new Gauge({
    name: 'auscult_machine_servers',
    help: 'Servers that this machine infers for.',
    registers,
    collect() {
      this.set(status()?.servers ?? 0);
    },
  });
}
