import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auscultCommand, startServer, type Target } from '../src/server/target.js';
import {
  ADMIT_ALWAYS,
  benchRunner,
  delay,
  generator,
  number,
  SHORT_CLIPS,
  WITHIN,
  wordErrors,
} from './support/bench.js';

const { bench } = benchRunner();
let server: Target;

beforeAll(async () => {
  server = await startServer(auscultCommand(['--workers', '1', ...ADMIT_ALWAYS]));
}, WITHIN);

afterAll(() => server.stop());

describe('a benchmark that speaks in real time', () => {
  it(
    'latency: delays of finals and words, and flicker',
    async () => {
      const { report } = await bench('latency', ...SHORT_CLIPS, '--url', server.url);
      expect(report.results).toMatchObject({
        clips: 2,
        finals: number,
        finalFromEnd: delay,
        finalFromVoice: delay,
        clipFromVoice: delay,
        wordAnywhere: delay,
        flicker: { shownWords: number, changedByPartial: number, changedByFinal: number, withdrawn: number },
        errors: [],
        generator,
      });
    },
    WITHIN,
  );

  it(
    'streams: starts a server and measures its use',
    async () => {
      const { report, printed } = await bench(
        'streams',
        ...SHORT_CLIPS,
        '--streams',
        '2',
        '--seconds',
        '5',
        '--serve',
        ADMIT_ALWAYS.join(','),
      );
      expect(report.results).toMatchObject({
        streams: 2,
        outcomes: { served: 2 },
        finalFromVoice: delay,
        score: { clips: 2, ...wordErrors },
        server: { metrics: { eventLoopDelayP99: number, workerRestarts: 0 } },
        generator,
      });
      if (process.platform === 'linux') {
        const processes = { memoryPeakBytes: number, cpuSeconds: number, count: 2 };
        expect(report.results).toMatchObject({ server: { processes }, coreSecondsPerAudioSecond: number });
      }
      expect(printed).toContain('load generator');
    },
    WITHIN,
  );

  it(
    'soak: memory, without losses',
    async () => {
      const flags = ['--streams', '2', '--minutes', '0.1', '--warm-up', '0.01', '--url', server.url];
      const { report } = await bench('soak', ...SHORT_CLIPS, ...flags);
      expect(report.results).toMatchObject({
        streams: 2,
        finals: number,
        clipsPlayed: number,
        finalsLost: 0,
        wordsSaid: number,
        wordsHeard: number,
        outcomes: { served: 2 },
      });
    },
    WITHIN,
  );
});
