import { Gauge, type Registry } from 'prom-client';
import { DEGRADATIONS, type Degradation } from '../http/health.js';

/** Adds what `degraded` of `/health` lists; `degraded` is asked at every scrape. */
export function measureDegradations(registry: Registry, degraded: () => readonly Degradation[]): void {
  new Gauge({
    name: 'auscult_degraded',
    help: 'Problems that need attention although sessions are accepted, as /health lists them: 1 for those that there are.',
    labelNames: ['problem'],
    registers: [registry],
    collect() {
      const problems = degraded();
      for (const problem of DEGRADATIONS) this.set({ problem }, problems.includes(problem) ? 1 : 0);
    },
  });
}
