import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import type { Reporter, TestModule } from 'vitest/node';

// Two test files at a time: each may run a server with inference processes of its own.
export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'lexicon/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'fuzz/test/**/*.test.ts',
      'examples/test/**/*.test.ts',
    ],
    // Servers that tests start keep their records away from those of whoever runs the tests.
    env: { XDG_DATA_HOME: join(tmpdir(), 'auscult-test-data') },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', unfinishedTests()],
  },
});

/** Names what did not run where the process of a test file ended, of which Vitest says that there was one. */
function unfinishedTests(): Reporter {
  return {
    onTestRunEnd(modules) {
      for (const module of modules.filter(isUnfinished)) {
        const missing = [...module.children.allTests('pending')].map(({ fullName }) => `\n  ${fullName}`);
        console.error(`${module.relativeModuleId} ended before these tests:${missing.join('')}`);
      }
    },
  };
}

function isUnfinished(module: TestModule): boolean {
  return ['queued', 'pending'].includes(module.state());
}
