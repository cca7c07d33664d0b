import { expect, it } from 'vitest';
import type { InvalidInputResults } from '../src/benchmarks/invalid-input.js';
import { inputKinds } from '../src/invalid-input/input-kinds.js';
import { ADMIT_ALWAYS, benchRunner, SHORT_CLIPS } from './support/bench.js';

const { bench } = benchRunner();

it('invalid input of every kind is answered, ends no process, and takes no word from whoever speaks', async () => {
  // What memory and time it takes, the benchmark tells on a machine that does nothing else.
  const flags = ['--inputs', '2000', '--seconds', '5', '--no-budget', '--serve', ADMIT_ALWAYS.join(',')];
  const { report } = await bench('invalid-input', ...SHORT_CLIPS, ...flags);
  const { kinds, beside, hasSameProcesses, errorsLogged } = report.results as InvalidInputResults;
  expect(Object.keys(kinds)).toEqual(Object.keys(inputKinds));
  for (const [name, { sent, failed, failures }] of Object.entries(kinds)) {
    expect(sent, name).toBeGreaterThan(0);
    expect({ failed, failures }, name).toEqual({ failed: 0, failures: [] });
  }
  expect(beside).toMatchObject({ lost: 0, cut: 0 });
  expect({ hasSameProcesses, errorsLogged }).toEqual({ hasSameProcesses: true, errorsLogged: '' });
}, 1_800_000);
