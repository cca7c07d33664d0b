import { Buffer } from 'node:buffer';
import { inflateRawSync } from 'node:zlib';
import type { KnownSpeaker } from '@auscult/client';
import { describe, expect, test } from 'vitest';
import { EXPORT_FORMATS } from '../../src/page/exports/formats.js';
import type { TranscriptExport } from '../../src/page/exports/transcript-export.js';
import { correctWord, lineOf, textOf, type Line } from '../../src/page/transcript/line.js';
import { said } from '../support/said.js';

const speakers = [
  { speaker: 0, role: 'clinician' as const },
  { speaker: 1, name: 'Ms. Okafor' },
];
const at = new Date('2026-01-31T09:30:00Z');

const talk = [
  said('Any pain?', { channel: 0 }),
  correctWord(said('In my <left> arm & sholder', { start: 61.5, channel: 1 }), 5, 'shoulder'),
];

describe('the transcript as', () => {
  test('text has one line for each turn, with the speaker', async () => {
    expect(await text('Text', talk, speakers)).toBe(
      'Clinician: Any pain?\nMs. Okafor: In my <left> arm & shoulder\n',
    );
  });

  test('text names no speaker where none are told apart', async () => {
    expect(await text('Text', [said('No pain.'), said('Rest.')], [])).toBe('No pain.\nRest.\n');
  });

  test('subtitles have times, and cues of at most two lines', async () => {
    const long =
      'So the pain is just right in the lower back and it started yesterday when I was unloading groceries';
    expect(await text('Subtitles (SRT)', talk, speakers)).toBe(
      [
        '1\n00:00:00,000 --> 00:00:02,000\nClinician: Any pain?\n',
        '2\n00:01:01,500 --> 00:01:07,500\nMs. Okafor: In my <left> arm & shoulder\n\n',
      ].join('\n'),
    );
    expect(await text('Subtitles (SRT)', [said(long, { start: 3600 })])).toBe(
      [
        '1\n01:00:00,000 --> 01:00:17,000\nSo the pain is just right in the lower\nback and it started yesterday when I was\n',
        '2\n01:00:17,000 --> 01:00:19,000\nunloading groceries\n\n',
      ].join('\n'),
    );
  });

  test('JSON has times, confidences and the text before corrections', async () => {
    const document = JSON.parse(await text('JSON', talk, speakers)) as Record<string, unknown>;
    expect(document).toMatchObject({
      createdAt: at.toISOString(),
      text: 'Any pain? In my <left> arm & shoulder',
      speakers,
      segments: [
        { start: 0, end: 2, channel: 0, speaker: 0, text: 'Any pain?' },
        { text: 'In my <left> arm & shoulder', heard: 'In my <left> arm & sholder', speaker: 1 },
      ],
    });
    expect(document).not.toHaveProperty('segments.0.heard');
    expect(document).toHaveProperty('segments.1.words.5', {
      text: 'shoulder',
      heard: 'sholder',
      start: 66.5,
      end: 67.5,
      confidence: 1,
      speaker: 1,
    });
  });

  test('Word document holds the corrected text', async () => {
    const xml = await unzip(await written('Word', talk, speakers), 'word/document.xml');
    const runs = [...xml.matchAll(/<w:t[^>]*>(.*?)<\/w:t>/gs)].map(([, run]) => run).join('');
    expect(runs).toContain('Clinician: Any pain?');
    expect(runs).toContain('Ms. Okafor: In my &lt;left&gt; arm &amp; shoulder');
  });
});

describe('a line that several people say', () => {
  const line = lineOf(
    {
      text: 'Where does it hurt? Here.',
      start: 0,
      end: 5,
      confidence: 0.9,
      words: ['Where', 'does', 'it', 'hurt?', 'Here.'].map((word, index) => ({
        text: word,
        start: index,
        end: index + 1,
        confidence: 0.9,
        speaker: index < 4 ? 0 : 1,
      })),
    },
    0,
  );

  test('is divided where the speaker changes, and joined with what the same person says next', async () => {
    const next = said('Since yesterday.', { start: 5, channel: 1 });
    expect(await text('Text', [line, next], speakers)).toBe(
      'Clinician: Where does it hurt?\nMs. Okafor: Here. Since yesterday.\n',
    );
    expect((await text('Subtitles (SRT)', [line, next], speakers)).split('\n')).toEqual(
      expect.arrayContaining([
        'Clinician: Where does it hurt?',
        'Ms. Okafor: Here.',
        'Ms. Okafor: Since yesterday.',
      ]),
    );
    const document = JSON.parse(await text('JSON', [line], speakers)) as {
      segments: { speaker: number; words: { speaker: number }[] }[];
    };
    expect(
      document.segments.map(({ speaker, words }) => [speaker, words.map((word) => word.speaker)]),
    ).toEqual([[0, [0, 0, 0, 0, 1]]]);
  });
});

describe('dictated paragraphs and lines', () => {
  const dictated = [
    said('No fever.', { start: 0 }),
    lineOf({ text: '\n\n', start: 2, end: 3, confidence: 0.9 }, 0),
    lineOf(
      {
        text: 'Plan: 25 mg.\nRest.\n\nReturn.\n\n',
        spoken: 'Plan twenty five milligrams new line rest new paragraph return new paragraph',
        start: 3,
        end: 9,
        confidence: 0.9,
      },
      0,
    ),
    lineOf({ text: '\nSigned.', start: 9, end: 10, confidence: 0.9 }, 0),
  ];

  test('are kept in text, with at most one empty line', async () => {
    expect(await text('Text', dictated)).toBe('No fever.\n\nPlan: 25 mg.\nRest.\n\nReturn.\n\nSigned.\n');
  });

  test('come after the speaker in text', async () => {
    const named = dictated.map((line) => ({ ...line, channel: 0 }));
    expect(await text('Text', named, speakers)).toMatch(
      /^Clinician: No fever.\n\nPlan: 25 mg.\nRest.\n\nReturn.\n\nSigned.\n$/,
    );
  });

  test('begin lines and cues of subtitles', async () => {
    const texts = (await text('Subtitles (SRT)', dictated))
      .split('\n\n')
      .map((cue) => cue.split('\n').slice(2));
    expect(texts).toEqual([['No fever.'], ['Plan: 25 mg.', 'Rest.'], ['Return.'], ['Signed.'], []]);
  });

  test('are in the text of JSON, with the spoken text, but not among the words', async () => {
    const document = JSON.parse(await text('JSON', dictated)) as {
      text: string;
      segments: { spoken?: string; words: { text: string }[] }[];
    };
    expect(document.text).toBe('No fever.\n\nPlan: 25 mg.\nRest.\n\nReturn.\n\nSigned.');
    expect(document.segments[2]).toMatchObject({ text: dictated[2] && textOf(dictated[2]) });
    expect(document.segments[2]?.spoken).toMatch(/^Plan twenty five/);
    expect(document.segments.map(({ words }) => words.length)).toEqual([2, 0, 5, 1]);
  });

  test('are kept in Word', async () => {
    const xml = await unzip(await written('Word', dictated), 'word/document.xml');
    const paragraphs = xml.split('</w:p>').map((paragraph) => ({
      text: [...paragraph.matchAll(/<w:t[^>]*>(.*?)<\/w:t>/gs)].map(([, run]) => run).join(''),
      breaks: [...paragraph.matchAll(/<w:br\/>/g)].length,
    }));
    expect(paragraphs.slice(2, -1)).toEqual([
      { text: '0:00  No fever.', breaks: 0 },
      { text: '0:03  Plan: 25 mg.Rest.', breaks: 1 },
      { text: 'Return.', breaks: 0 },
      { text: '0:09  Signed.', breaks: 0 },
    ]);
  });
});

async function written(
  name: string,
  lines: readonly Line[],
  known: readonly KnownSpeaker[] = [],
): Promise<Blob> {
  const format = EXPORT_FORMATS.find((each) => each.name() === name);
  if (format === undefined) throw new Error(`there is no format ${name}`);
  const transcript: TranscriptExport = { lines, speakers: known, at };
  return format.write(transcript);
}

async function text(
  name: string,
  lines: readonly Line[],
  known: readonly KnownSpeaker[] = [],
): Promise<string> {
  return (await written(name, lines, known)).text();
}

/** One file of a ZIP archive, by its central directory. */
async function unzip(blob: Blob, name: string): Promise<string> {
  const archive = Buffer.from(await blob.arrayBuffer());
  let at = archive.readUInt32LE(archive.lastIndexOf('PK\u0005\u0006') + 16);
  while (archive.toString('latin1', at, at + 4) === 'PK\u0001\u0002') {
    const [size, nameLength, local] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt16LE(at + 28),
      archive.readUInt32LE(at + 42),
    ];
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const content = archive.subarray(from, from + size);
      return (archive.readUInt16LE(at + 10) === 8 ? inflateRawSync(content) : content).toString();
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`there is no ${name} in the archive`);
}
