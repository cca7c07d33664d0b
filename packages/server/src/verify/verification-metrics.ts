import { Gauge, type Registry } from 'prom-client';
import { CHECKS, FINDING_KINDS } from './check.js';
import type { Verification } from './schedule.js';

/**
 * Adds metrics of what the server has found in verifying all that it keeps. `verification` answers nothing until it
 * has begun.
 */
export function measureVerification(
  registry: Registry,
  verification: () => Pick<Verification, 'state' | 'checked'> | undefined,
): void {
  const registers = [registry];
  new Gauge({
    name: 'auscult_verify_checked',
    help: 'Data keys, records and audit entries read to see whether they are whole, since the server started.',
    labelNames: ['check'],
    registers,
    collect() {
      const checked = verification()?.checked() ?? {};
      for (const check of CHECKS) if (checked[check] !== undefined) this.set({ check }, checked[check]);
    },
  });
  new Gauge({
    name: 'auscult_verify_damaged',
    help: 'What was found damaged, missing or back in the last whole pass, or so far in the one under way.',
    labelNames: ['kind'],
    registers,
    collect() {
      const state = verification()?.state();
      for (const kind of FINDING_KINDS)
        this.set({ kind }, Math.max(state?.found[kind] ?? 0, state?.lastFound[kind] ?? 0));
    },
  });
  new Gauge({
    name: 'auscult_verify_age_seconds',
    help: 'Since everything was last read to see whether it is whole; before that, since the first pass began.',
    registers,
    collect() {
      const { wholeAt, startedAt } = verification()?.state() ?? {};
      const since = wholeAt ?? startedAt;
      if (since !== undefined) this.set((Date.now() - Date.parse(since)) / 1000);
    },
  });
}
