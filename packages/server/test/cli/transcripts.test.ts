import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { findRecordings } from '../../src/cli/transcripts/find-recordings.js';
import { formatTranscript } from '../../src/transcripts/format.js';
import { createOrderedOutput } from '../../src/cli/transcripts/ordered-output.js';
import { outputPaths } from '../../src/cli/transcripts/output-paths.js';
import type { Transcript } from '../../src/transcripts/transcript.js';

const TRANSCRIPT: Transcript = {
  duration: 3661.23456,
  segments: [
    {
      text: 'BP < 120 & rising.',
      start: 3659.0004,
      end: 3661.2,
      confidence: 0.87654,
      words: [
        { text: 'BP', start: 3659.0004, end: 3659.5, confidence: 1 },
        { text: '<', start: 3659.5, end: 3660, confidence: 1 },
        { text: '120', start: 3660, end: 3660.5, confidence: 1 },
        { text: '&', start: 3660.5, end: 3660.8, confidence: 1 },
        { text: 'rising.', start: 3660.8, end: 3661.2, confidence: 1 },
      ],
      language: 'en',
    },
  ],
};

describe('formats', () => {
  it('are one line an utterance as text', () => {
    expect(formatTranscript(TRANSCRIPT, 'text')).toBe('BP < 120 & rising.\n');
  });

  it('are one object on one line as JSON', () => {
    const text = formatTranscript(TRANSCRIPT, 'json', { about: { file: 'visit.wav' } });
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toEqual({
      file: 'visit.wav',
      text: 'BP < 120 & rising.',
      duration: 3661.235,
      segments: [{ start: 3659, end: 3661.2, text: 'BP < 120 & rising.', confidence: 0.877 }],
    });
  });

  it('are SubRip', () => {
    expect(formatTranscript(TRANSCRIPT, 'srt')).toBe(
      '1\n01:00:59,000 --> 01:01:01,200\nBP < 120 & rising.\n\n',
    );
  });

  it('are WebVTT, with its markup escaped', () => {
    expect(formatTranscript(TRANSCRIPT, 'vtt')).toBe(
      'WEBVTT\n\n01:00:59.000 --> 01:01:01.200\nBP &lt; 120 &amp; rising.\n\n',
    );
  });

  it('keep dictated lines and paragraphs in text and JSON, with no more than one empty line', () => {
    const [segment] = TRANSCRIPT.segments;
    const texts = ['\n\nNo fever.', '\n\n', 'Plan:\nRest.\n\n', '\n', 'Return.\n', 'Signed.\n\n'];
    const segments = segment ? texts.map((text) => ({ ...segment, text, words: [] })) : [];
    expect(formatTranscript({ duration: 9, segments }, 'text')).toBe(
      'No fever.\n\nPlan:\nRest.\n\nReturn.\nSigned.\n',
    );
    expect(JSON.parse(formatTranscript({ duration: 9, segments }, 'json'))).toMatchObject({
      text: '\n\nNo fever.\n\nPlan:\nRest.\n\nReturn.\nSigned.\n\n',
    });
  });

  it('are valid without any speech', () => {
    const silent = { ...TRANSCRIPT, segments: [] };
    expect(formatTranscript(silent, 'text')).toBe('');
    expect(formatTranscript(silent, 'srt')).toBe('');
    expect(formatTranscript(silent, 'vtt')).toBe('WEBVTT\n\n');
    expect(JSON.parse(formatTranscript(silent, 'json'))).toMatchObject({ text: '', segments: [] });
  });
});

describe('recordings in a folder', () => {
  it('are found by extension or content, to the bottom, in the order a person counts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'auscult-find-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'ward', '.trash'), { recursive: true });
    const mp3 = clipPath('containers/speech.mp3');
    for (const name of [
      'visit10.wav',
      'visit2.wav',
      'visit1',
      'ward/a.MP3',
      'ward/.hidden.mp3',
      'ward/.trash/b.mp3',
    ]) {
      await copyFile(mp3, join(folder, name));
    }
    await writeFile(join(folder, 'notes.txt'), 'nothing to hear');

    const found = await findRecordings([folder]);
    expect(found.map(({ outputName }) => outputName)).toEqual([
      'visit1',
      'visit2.wav',
      'visit10.wav',
      join('ward', 'a.MP3'),
    ]);
    expect(found[0]?.path).toBe(join(folder, 'visit1'));
  });

  it('are not filtered when named one by one', async () => {
    expect(await findRecordings(['missing.txt', '-'])).toEqual([
      { path: 'missing.txt', outputName: 'missing.txt' },
      { path: '-', outputName: 'stdin' },
    ]);
  });
});

describe('output files', () => {
  it('are named after the recording', () => {
    const recordings = ['visit.wav', 'ward/visit.mp3', 'stdin'].map((outputName) => ({
      path: outputName,
      outputName,
    }));
    expect(outputPaths(recordings, 'out', 'srt')).toEqual([
      join('out', 'visit.srt'),
      join('out', 'ward', 'visit.srt'),
      join('out', 'stdin.srt'),
    ]);
  });

  it('never overwrite each other', () => {
    const name = fc.constantFrom(
      'visit',
      'visit.wav',
      'visit.mp3',
      'visit.wav-2',
      'ward/visit.wav',
      'visit-2.wav',
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (names) => {
        const paths = outputPaths(
          names.map((outputName) => ({ path: outputName, outputName })),
          'out',
          'text',
        );
        expect(new Set(paths).size).toBe(names.length);
      }),
    );
  });
});

describe('ordered output', () => {
  it('prints the output of each task as a whole and in order, whatever order they write and end in', () => {
    const tasks = fc.array(fc.array(fc.string({ minLength: 1 }), { maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(tasks, fc.infiniteStream(fc.nat()), (texts, choices) => {
        let printed = '';
        const output = createOrderedOutput((text) => (printed += text));
        const open = texts.map((lines, index) => ({ index, lines: [...lines] }));
        while (open.length > 0) {
          const choice = choices.next().value ?? 0;
          const [task] = open.slice(choice % open.length);
          if (task === undefined) break;
          const line = task.lines.shift();
          if (line !== undefined) {
            output.write(task.index, line);
          } else {
            output.end(task.index);
            open.splice(open.indexOf(task), 1);
          }
        }
        expect(printed).toBe(texts.flat().join(''));
      }),
    );
  });

  it('prints the first task while it runs', () => {
    const printed: string[] = [];
    const output = createOrderedOutput((text) => printed.push(text));
    output.write(1, 'later');
    output.write(0, 'now');
    expect(printed).toEqual(['now']);
    output.end(0);
    expect(printed).toEqual(['now', 'later']);
  });
});
