import { loadConfig } from '@auscult/server';
import { unlessRefused, usualTime, type FuzzTarget } from '../target.js';

/** Settings in the environment: a line `NAME=value` for each. */
export const target: FuzzTarget = {
  longest: 2_048,
  allowed: usualTime,
  prepare: () => (input) => {
    const lines = input.toString().split('\n');
    const environment = Object.fromEntries(
      lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    );
    unlessRefused(['ConfigError'], () => loadConfig({ flags: {}, environment }));
  },
};
