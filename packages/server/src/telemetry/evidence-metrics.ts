import { Counter, Gauge, type Registry } from 'prom-client';
import type { EvidenceState } from '../audit/open-audit.js';

/** Adds metrics of the audit log's evidence; `evidence` is asked at every scrape. */
export function measureEvidence(registry: Registry, evidence: () => EvidenceState): void {
  const registers = [registry];
  new Gauge({
    name: 'auscult_audit_anchor_last_success_seconds',
    help: 'Since anchors of the audit log were last taken to a place. It also grows while nothing is logged.',
    labelNames: ['sink'],
    registers,
    collect() {
      for (const { name, lastSuccess } of evidence().sinks)
        if (lastSuccess !== undefined) this.set({ sink: name }, secondsSince(lastSuccess));
    },
  });
  new Gauge({
    name: 'auscult_audit_anchor_failing_seconds',
    help: 'Since when a place has been failing to take anchors of the audit log; 0 if it does not.',
    labelNames: ['sink'],
    registers,
    collect() {
      for (const { name, failingSince } of evidence().sinks)
        this.set({ sink: name }, failingSince === undefined ? 0 : secondsSince(failingSince));
    },
  });
  const failures = new Counter({
    name: 'auscult_audit_anchor_failures_total',
    help: 'Failed attempts to take anchors of the audit log to a place.',
    labelNames: ['sink'],
    registers,
    collect() {
      failures.reset();
      for (const { name, failures: count } of evidence().sinks) this.inc({ sink: name }, count);
    },
  });
  new Gauge({
    name: 'auscult_audit_findings',
    help: 'Whether anchors are missing, or somebody else has written to the audit log: 1 if so.',
    labelNames: ['finding'],
    registers,
    collect() {
      for (const finding of ['anchors-missing', 'tampered'] as const)
        this.set({ finding }, evidence().findings.includes(finding) ? 1 : 0);
    },
  });
}

function secondsSince(time: number): number {
  return Math.max(0, (Date.now() - time) / 1000);
}
