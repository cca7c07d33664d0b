import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The slow test files that take a minute and more, the longest first, as ends of their paths. A file that is not here
 * comes later, which costs only time.
 */
const LONGEST = [
  'bench/test/chaos.slow.test.ts',
  'server/test/end-to-end/privacy.slow.test.ts',
  'server/test/http/statements.slow.test.ts',
  'server/test/transcriptions/durable-jobs.slow.test.ts',
  'server/test/end-to-end/faults.slow.test.ts',
  'web/test/page/speakers.slow.test.ts',
  'bench/test/smoke.slow.test.ts',
  'web/test/page/login.slow.test.ts',
  'asr/test/live/live-speech.slow.test.ts',
  'server/test/transcriptions/two-voices.slow.test.ts',
  'client/test/end-to-end/faults.slow.test.ts',
  'server/test/http/transcriptions.slow.test.ts',
  'web/test/page/access.slow.test.ts',
  'client/test/browser/recorder.slow.test.ts',
  'server/test/access/permissions.slow.test.ts',
  'asr/test/inference/scheduling/supervision.slow.test.ts',
  'web/test/page/speaking.slow.test.ts',
  'server/test/backup/backup.slow.test.ts',
  'server/test/end-to-end/kills.slow.test.ts',
  'web/test/page/faults.slow.test.ts',
  'server/test/upgrades/rolling-upgrade.slow.test.ts',
  'server/test/end-to-end/rolling-restart.slow.test.ts',
  'server/test/packaging/installed.slow.test.ts',
  'server/test/live/outage.slow.test.ts',
  'server/test/cli/cli.slow.test.ts',
  'asr/test/live/speakers.slow.test.ts',
  'client/test/end-to-end/speakers.slow.test.ts',
  'asr/test/live/repeated-words.slow.test.ts',
];

/** Starts the longest files first, so that no single one is left to run at the end while other processes are idle. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => groupOf(one) - groupOf(other) || placeOf(one) - placeOf(other));
  }
}

/** Projects run one after another. */
function groupOf({ project }: TestSpecification): number {
  return project.config.sequence.groupOrder;
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((end) => moduleId.endsWith(end));
  return place === -1 ? LONGEST.length : place;
}
