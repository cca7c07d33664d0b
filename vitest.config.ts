import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Two test files at a time: each may run a server with inference processes of its own.
export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'lexicon/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'examples/test/**/*.test.ts',
    ],
    // Servers that tests start keep their records away from those of whoever runs the tests.
    env: { XDG_DATA_HOME: join(tmpdir(), 'auscult-test-data') },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
