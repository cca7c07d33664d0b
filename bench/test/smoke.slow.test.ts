import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readyPythonOf } from '../src/child/python.js';
import { auscultCommand, startServer, type Target } from '../src/server/target.js';
import {
  ADMIT_ALWAYS,
  benchRunner,
  delay,
  generator,
  MAIN,
  MANIFEST,
  number,
  ONE_RECORDING,
  ONE_UTTERANCE,
  SHORT_CLIPS,
  WITHIN,
  wordErrors,
} from './support/bench.js';

const { bench, folder } = benchRunner();
let server: Target;

beforeAll(async () => {
  server = await startServer(auscultCommand(['--workers', '1', ...ADMIT_ALWAYS]));
}, WITHIN);

afterAll(() => server.stop());

function parseClip(line: string): Readonly<Record<string, unknown>> & { readonly id: string } {
  return JSON.parse(line) as { readonly id: string };
}

function throughput(model: string): object {
  return { model, wallSeconds: number, speed: number, score: { clips: 1, ...wordErrors } };
}

describe('bench', () => {
  it(
    'accuracy: errors by kind, and transcripts for another scorer',
    async () => {
      const hypotheses = join(folder(), 'hypotheses.jsonl');
      const { report, printed } = await bench('accuracy', ...SHORT_CLIPS, '--hypotheses', hypotheses);
      expect(report).toMatchObject({
        benchmark: 'accuracy',
        model: 'moonshine-base',
        environment: { cores: number, node: process.version, loadBefore: [number, number, number] },
        results: {
          way: 'library',
          wallSeconds: number,
          score: { kinds: { read: { clips: 2, ...wordErrors } } },
        },
      });
      expect(printed).toMatch(/read +2 +\d+ +\d+\.\d %/);

      const again = await promisify(execFile)(process.execPath, [
        ...[MAIN, 'score', '--hypotheses', hypotheses],
        ...SHORT_CLIPS.slice(0, -2),
      ]);
      expect(printed).toContain(again.stdout.trim());
    },
    WITHIN,
  );

  it(
    'accuracy --live: the same scores through the socket',
    async () => {
      const { report } = await bench('accuracy', ...SHORT_CLIPS, '--live', '--url', server.url);
      expect(report.results).toMatchObject({
        way: 'live',
        live: { generator },
        score: { all: { clips: 2, ...wordErrors } },
      });
    },
    WITHIN,
  );

  it(
    'accuracy --whole: recordings as a whole',
    async () => {
      const { report } = await bench('accuracy', ...SHORT_CLIPS, '--whole');
      expect(report.results).toMatchObject({ way: 'whole', score: { all: { clips: 2, ...wordErrors } } });
    },
    WITHIN,
  );

  it(
    'noise: invented words per hour',
    async () => {
      const { report } = await bench(
        'noise',
        '--manifest',
        MANIFEST,
        '--limit',
        '2',
        '--live',
        '--url',
        server.url,
      );
      const noise = { clips: 2, hours: number, inventedWords: number, inventedPerHour: number };
      expect(report.results).toMatchObject({ score: { kinds: {}, noise } });
    },
    WITHIN,
  );

  it(
    'cost: processor time of utterances',
    async () => {
      const { report, printed } = await bench('cost', ...ONE_UTTERANCE, '--no-peer');
      expect(report.results).toMatchObject({
        utterances: 1,
        rounds: 2,
        lines: [
          { what: 'Auscult, inference process', words: number },
          { what: 'Auscult, voice detection and inference', wall: { ...delay, count: 2 }, words: number },
        ],
        residentBytes: { first: number, last: number },
      });
      if (process.platform === 'linux') {
        const processor = { ...delay, count: 2 };
        expect(report.results).toMatchObject({ lines: [{ processor }, { processor }] });
      }
      expect(printed).toMatch(/inference process +\d+ ms/);
    },
    WITHIN,
  );

  it(
    'throughput: the speed of whole recordings',
    async () => {
      const { report } = await bench('throughput', ...ONE_RECORDING, '--no-peer');
      const results = { audioSeconds: number, threads: 1, auscult: throughput('moonshine-base') };
      expect(report.results).toMatchObject(results);
      expect(report.results).not.toHaveProperty('fasterWhisper');
    },
    WITHIN,
  );

  it(
    'cost and throughput beside faster-whisper',
    async ({ skip }) => {
      if (readyPythonOf('peers') === undefined) return skip('bench/prepare-python.sh peers has not been run');
      const cost = await bench('cost', ...ONE_UTTERANCE);
      const peer = { processor: { ...delay, count: 2 }, wall: { ...delay, count: 2 }, words: number };
      expect(cost.report.results).toMatchObject({
        lines: [
          {},
          {},
          { what: 'faster-whisper int8, beam 5', ...peer },
          { what: 'faster-whisper int8, beam 1', ...peer },
        ],
      });
      const { report, printed } = await bench('throughput', ...ONE_RECORDING);
      expect(report.results).toMatchObject({ fasterWhisper: throughput('faster-whisper tiny.en int8') });
      expect(printed).toMatch(/\d\.\d\d times as fast/);
    },
    WITHIN,
  );

  it(
    'terms: recall, precision and numbers of dictation, by the terms given to sessions',
    async () => {
      const flags = ['--conditions', 'none,session', '--session-terms', '30', '--workers', '1'];
      const { report, printed } = await bench('terms', '--manifest', MANIFEST, ...flags);
      const found = {
        score: { all: { clips: 4, ...wordErrors }, terms: { terms: 7, recall: number } },
        heardTerms: { heard: number, precision: number },
        numbers: { withUnit: { numbers: 4, right: number } },
      };
      expect(report.results).toMatchObject({
        audioSeconds: number,
        conditions: [
          { condition: 'none', keyTerms: 0, ...found },
          { condition: 'session', keyTerms: 30, ...found },
        ],
      });
      expect(printed).toMatch(/session +30 +\d+\.\d %/);
    },
    WITHIN,
  );

  it(
    'invented-terms: medical terms that nobody said, per hour',
    async () => {
      const { report } = await bench('invented-terms', ...SHORT_CLIPS, '--conditions', 'none,session');
      const read = { hours: number, score: wordErrors, inventedPerHour: number };
      expect(report.results).toMatchObject({
        conditions: [
          { condition: 'none', kinds: { read } },
          { condition: 'session', keyTerms: 230, kinds: { read } },
        ],
      });
    },
    WITHIN,
  );

  it(
    'rare-words: errors of rare and common words, by the length of the list',
    async () => {
      const manifest = join(folder(), 'rare-words.jsonl');
      const clips = readFileSync(MANIFEST, 'utf8').trim().split('\n');
      const [short] = clips.map(parseClip).filter(({ id }) => id.endsWith('367-130732-0001'));
      const path = join(dirname(MANIFEST), String(short?.path));
      const biasing = { rare_words: ['lobster'], biasing_list: ['abbess', 'lobster'] };
      writeFileSync(manifest, JSON.stringify({ ...short, path, ...biasing }));
      const flags = ['--manifest', manifest, '--distractors', '0,1', '--workers', '1'];
      const { report } = await bench('rare-words', ...flags);
      const errors = { all: wordErrors, common: wordErrors, rare: { ...wordErrors, words: number } };
      expect(report.results).toMatchObject({
        utterances: 1,
        lists: [errors, { distractors: 0, ...errors }, { distractors: 1, ...errors }],
      });
    },
    WITHIN,
  );

  it(
    'calibration: errors of confidences by kind of word, and maps that reduce them',
    async () => {
      const maps = join(folder(), 'maps.json');
      const { report, printed } = await bench(
        'calibration',
        ...SHORT_CLIPS,
        '--dictation',
        MANIFEST,
        '--maps',
        maps,
      );
      const group = (name: string) => ({
        name,
        calibration: { count: number, accuracy: number, ece10: number, ece15: number },
        mapped: { temperature: number, logistic: number, isotonic: number },
      });
      const names = ['all words', 'dictation', 'numbers', 'read', 'terms'];
      expect(report.results).toMatchObject({ groups: names.map(group) });
      expect(JSON.parse(readFileSync(maps, 'utf8'))).toMatchObject([
        { kind: 'temperature', temperature: number },
        { kind: 'logistic', slope: number, shift: number },
        { kind: 'isotonic' },
      ]);
      expect(printed).toContain('0.9 to 1.0');
    },
    WITHIN,
  );

  it(
    'make-dictation: recognisable sentences with a manifest of the usual form',
    async () => {
      const out = join(folder(), 'dictation');
      const flags = ['--out', out, '--voices', 'rms,awb', '--limit', '2'];
      await promisify(execFile)(process.execPath, [MAIN, 'make-dictation', ...flags]);
      const manifest = join(out, 'manifest.jsonl');
      const { report } = await bench('accuracy', '--manifest', manifest, '--workers', '1');
      expect(report.results).toMatchObject({ score: { kinds: { dictation: { clips: 2, ...wordErrors } } } });
      const { score } = report.results as { readonly score: { readonly all: { readonly wer: number } } };
      expect(score.all.wer).toBeLessThan(0.6);
    },
    WITHIN,
  );
});
