import { configDefaults, defineConfig } from 'vitest/config';
import type { Reporter, TestModule } from 'vitest/node';
import { LongestFirst } from './vitest.slow-order.js';

const TESTS = '{packages/*,lexicon,bench,fuzz,examples}/test/**/*.test.ts';
const SLOW = '**/*.slow.test.ts';
const LONG = '**/*.long.test.ts';
const APART = '**/*.apart.test.ts';

/** `npm test` runs what is quick, `npm run test:rest` what is slow, and `vitest.long.config.ts` what takes hours. */
export default defineConfig({
  test: {
    projects: [
      project('quick', {
        include: [TESTS],
        exclude: [...configDefaults.exclude, SLOW, LONG, APART],
        maxWorkers: 3,
        // See docs/decisions/0105-quick-tests-share-processes.md.
        isolate: false,
        sequence: { groupOrder: 0 },
      }),
      // Quick tests that replace modules, which others in the same process would get as well.
      project('quick-apart', {
        include: [TESTS.replace('*.test.ts', '*.apart.test.ts')],
        maxWorkers: 3,
        sequence: { groupOrder: 0 },
      }),
      // Slow tests wait for audio in real time, for browsers and databases: two files at a time leave half of two cores idle.
      project('slow', {
        include: [TESTS.replace('*.test.ts', '*.slow.test.ts')],
        maxWorkers: 5,
        sequence: { groupOrder: 1 },
      }),
    ],
    sequence: { sequencer: LongestFirst },
    globalSetup: 'vitest.data-home.ts',
    setupFiles: 'vitest.seed.ts',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A line for each file as it ends, and for a test only where it failed or took very long.
    slowTestThreshold: 10_000,
    reporters: ['default', unfinishedTests()],
  },
});

interface ProjectFiles {
  readonly include: string[];
  readonly exclude?: string[];
  /** Test files at a time: each may run a server with inference processes of its own. */
  readonly maxWorkers: number;
  /** Whether each file gets a process of its own; otherwise, files share processes and the modules in them. */
  readonly isolate?: boolean;
  /** Projects that differ in this run one after another. */
  readonly sequence: { readonly groupOrder: number };
}

function project(name: string, files: ProjectFiles) {
  return { extends: true as const, test: { name, ...files } };
}

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
