import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, planFaults, type Targets } from '../../src/chaos/plan-faults.js';

const TARGETS: Targets = {
  kill: ['server-a', 'server-b', 'nats', 'postgres'],
  pause: ['server-a', 'server-b', 'nats', 'postgres'],
  cut: ['server-a–nats', 'server-b–nats'],
  stall: ['server-a–nats', 'server-b–nats'],
  slow: ['server-a–nats', 'server-b–nats'],
  'full-disk': ['server-a', 'nats'],
  'slow-disk': ['server-a', 'postgres'],
};

describe('planFaults', () => {
  it('draws the same faults for the same seed, and others for another', () => {
    const plan = planFaults({ seed: 7, seconds: 600, targets: TARGETS });
    expect(planFaults({ seed: 7, seconds: 600, targets: TARGETS })).toEqual(plan);
    expect(planFaults({ seed: 8, seconds: 600, targets: TARGETS })).not.toEqual(plan);
  });

  it('draws every kind, in order, every few seconds, for what can have it', () => {
    const plan = planFaults({ seed: 7, seconds: 3600, targets: TARGETS });
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    expect(plan.map(({ second }) => second)).toEqual(plan.map(({ second }) => second).sort((a, b) => a - b));
    expect(plan.length).toBeGreaterThan(3600 / 20);
    for (const { kind, target, seconds } of plan) {
      expect(kind === 'rolling-restart' ? ['servers'] : TARGETS[kind]).toContain(target);
      expect(seconds).toBeLessThanOrEqual(20);
    }
  });

  it('gives nothing a fault while it still has one', () => {
    const plan = planFaults({ seed: 7, seconds: 3600, targets: TARGETS });
    for (const [index, { target, second }] of plan.entries()) {
      const before = plan.slice(0, index).findLast((fault) => fault.target === target);
      if (before !== undefined) expect(second).toBeGreaterThan(before.second + before.seconds);
    }
  });

  it('leaves a kind of fault out without changing when and what others are', () => {
    const seconds = 600;
    const kept = planFaults({ seed: 7, seconds, targets: { ...TARGETS, 'slow-disk': [] } });
    const all = planFaults({ seed: 7, seconds, targets: TARGETS });
    expect(kept.length).toBeLessThan(all.length);
    for (const fault of all.filter(({ kind }) => kind === 'cut' || kind === 'stall'))
      expect(kept).toContainEqual(fault);
  });
});
