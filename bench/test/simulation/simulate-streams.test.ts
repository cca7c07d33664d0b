import { describe, expect, test } from 'vitest';
import type { JobTrace } from '../../src/simulation/job-trace.js';
import { simulateStreams, type Simulation } from '../../src/simulation/simulate-streams.js';

/** A partial and a final every four seconds. */
const trace: JobTrace = {
  seconds: 40,
  jobs: Array.from({ length: 10 }, (_, index) => [
    { at: index * 4 + 1, priority: 'partial' as const, newSeconds: 1, runSeconds: 0.1 },
    { at: index * 4 + 3, priority: 'final' as const, newSeconds: 3, runSeconds: 0.5 },
  ]).flat(),
};

const simulation: Simulation = {
  streams: 20,
  machines: 5,
  processes: 2,
  seconds: 80,
  lostShare: 0,
  detectionSeconds: 3,
  newcomerSeconds: 0,
  seed: 1,
};

describe('a simulation of streams', () => {
  test('gives a stream that is alone the time that its jobs take', () => {
    const { before, unfinished, replacedPartials } = simulateStreams([trace], {
      ...simulation,
      streams: 1,
      machines: 1,
    });
    expect(before?.p50).toBeCloseTo(0.5, 2);
    expect(before?.max).toBeCloseTo(0.5, 2);
    expect(unfinished).toBeLessThanOrEqual(1);
    expect(replacedPartials).toBe(0);
  });

  test('is as busy as its jobs are long', () => {
    const { load } = simulateStreams([trace], { ...simulation, streams: 1, machines: 1 });
    // 0.6 s of work in each 4 s, over two processes.
    expect(load).toBeCloseTo(0.6 / 4 / 2, 2);
  });

  test('is slower with fewer machines', () => {
    const few = simulateStreams([trace], { ...simulation, streams: 40, machines: 2 });
    const many = simulateStreams([trace], { ...simulation, streams: 40, machines: 20 });
    expect(few.before?.p95).toBeGreaterThan(many.before?.p95 ?? Infinity);
    expect(few.load).toBeGreaterThan(many.load);
  });

  test('loses no final when machines fail, and is late for as long as that takes to notice', () => {
    const whole = simulateStreams([trace], simulation);
    const broken = simulateStreams([trace], { ...simulation, lostShare: 0.4 });
    const finalsOf = ({ before, after, unfinished }: typeof whole) =>
      (before?.count ?? 0) + (after?.count ?? 0) + unfinished;
    expect(Math.abs(finalsOf(whole) - finalsOf(broken))).toBeLessThanOrEqual(1);
    expect(broken.after?.max).toBeGreaterThan(simulation.detectionSeconds - 1);
    expect(broken.recoveredAfter).toBeDefined();
    expect(whole.recoveredAfter).toBe(0);
  });

  test('is the same for the same seed', () => {
    expect(simulateStreams([trace], simulation)).toEqual(simulateStreams([trace], simulation));
  });
});
