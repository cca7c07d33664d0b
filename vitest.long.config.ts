import { defineConfig } from 'vitest/config';
import everyday from './vitest.config.js';

/** What takes hours: `npm run test:long`. */
export default defineConfig({
  test: {
    ...everyday.test,
    // What is drawn by chance is another each time, but where a run is done again.
    setupFiles: process.env['AUSCULT_TEST_SEED'] === undefined ? [] : 'vitest.seed.ts',
    projects: [
      { extends: true, test: { name: 'long', include: ['**/test/**/*.long.test.ts'], maxWorkers: 2 } },
    ],
  },
});
