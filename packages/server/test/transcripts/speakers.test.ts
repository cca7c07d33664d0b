import type { KnownSpeaker, Word } from '@auscult/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentsBySpeaker, speakersIn } from '../../src/transcripts/by-speaker.js';
import { CUE_LIMITS } from '../../src/transcripts/cues.js';
import { formatTranscript } from '../../src/transcripts/format.js';
import { runningText, type Transcript, type TranscriptSegment } from '../../src/transcripts/transcript.js';

const visit: Transcript = {
  duration: 14,
  speakers: [
    { speaker: 0, name: 'Dr. Moreau', role: 'clinician' },
    { speaker: 1, role: 'patient' },
    { speaker: 2, suggestedRole: 'other' },
  ],
  segments: [
    said(0, 'Any pain?@0 In@1 my@1 left@1 arm.@1'),
    said(4, 'Since Monday.@1'),
    said(6, 'She told me.@2 I see.@0'),
    said(10, 'Hm.@?'),
  ],
};

describe('where speakers are told apart', () => {
  it('text has a line for each turn', () => {
    expect(formatTranscript(visit, 'text')).toBe(
      [
        'Dr. Moreau: Any pain?',
        'Patient: In my left arm. Since Monday.',
        'Speaker 3: She told me.',
        'Dr. Moreau: I see.',
        'Unknown speaker: Hm.',
        '',
      ].join('\n'),
    );
  });

  it('SRT has the name before the text of each cue', () => {
    expect(formatTranscript(visit, 'srt')).toBe(
      [
        '1\n00:00:00,000 --> 00:00:00,400\n[Dr. Moreau] Any pain?\n',
        '2\n00:00:00,400 --> 00:00:01,400\n[Patient] In my left arm.\n',
        '3\n00:00:04,000 --> 00:00:05,000\n[Patient] Since Monday.\n',
        '4\n00:00:06,000 --> 00:00:06,600\n[Speaker 3] She told me.\n',
        '5\n00:00:06,600 --> 00:00:07,600\n[Dr. Moreau] I see.\n',
        '6\n00:00:10,000 --> 00:00:11,000\n[Unknown speaker] Hm.\n\n',
      ].join('\n'),
    );
  });

  it('VTT has a voice for each cue', () => {
    expect(formatTranscript(visit, 'vtt')).toMatch(
      /^WEBVTT\n\n00:00:00.000 --> 00:00:00.400\n<v Dr. Moreau>Any pain\?\n\n00:00:00.400 --> 00:00:01.400\n<v Patient>In my left arm.\n\n/,
    );
  });

  it('JSON has segments of one speaker, and what is known of each', () => {
    const { text, speakers, segments } = JSON.parse(formatTranscript(visit, 'json')) as JsonTranscript;
    expect(text).toBe('Any pain? In my left arm. Since Monday. She told me. I see. Hm.');
    expect(speakers).toEqual(visit.speakers);
    expect(segments.map(({ text, speaker }) => [speaker, text])).toEqual([
      [0, 'Any pain?'],
      [1, 'In my left arm.'],
      [1, 'Since Monday.'],
      [2, 'She told me.'],
      [0, 'I see.'],
      [undefined, 'Hm.'],
    ]);
  });

  it('a notice of the server is said by nobody', () => {
    const notice = { ...said(0, 'INCOMPLETE@?'), isNotice: true as const };
    const marked: Transcript = { ...visit, segments: [notice, said(2, 'Yes.@1'), notice] };
    expect(formatTranscript(marked, 'text')).toBe('INCOMPLETE\nPatient: Yes.\nINCOMPLETE\n');
    expect(formatTranscript(marked, 'vtt')).toContain('\nINCOMPLETE\n');
  });

  it('dictated paragraphs stay within a turn, and between turns', () => {
    const dictated = {
      ...said(0, 'No fever.@0 Plan: rest.@0 Return.@1'),
      text: 'No fever.\n\nPlan: rest.\n\nReturn.',
    };
    expect(formatTranscript({ ...visit, segments: [dictated] }, 'text')).toBe(
      'Dr. Moreau: No fever.\n\nPlan: rest.\n\nPatient: Return.\n',
    );
  });

  it('what was said is divided with what is written', () => {
    const dose: Word = { text: '25', spoken: 'twenty five', start: 0, end: 1, confidence: 0.5, speaker: 1 };
    const segment: TranscriptSegment = {
      ...said(0, 'How much?@0'),
      text: 'How much? 25',
      spoken: 'How much? twenty five',
      words: [...said(0, 'How@0 much?@0').words, dose],
    };
    expect([...segmentsBySpeaker({ ...visit, segments: [segment] })]).toMatchObject([
      { text: 'How much?', spoken: 'How much?', speaker: 0 },
      { text: '25', spoken: 'twenty five', speaker: 1, confidence: 0.5 },
    ]);
  });

  it('a text that is not made of its words is written by its words', () => {
    const segment = { ...said(0, 'Any pain?@0 No.@1'), text: 'Something else' };
    expect([...segmentsBySpeaker({ ...visit, segments: [segment] })].map(({ text }) => text)).toEqual([
      'Any pain?',
      'No.',
    ]);
  });

  it('those are known whose words there are', () => {
    expect(speakersIn([said(0, 'A@2 b@0'), said(1, 'c@2')])).toEqual([{ speaker: 0 }, { speaker: 2 }]);
    expect(speakersIn([said(0, 'A@? b@?')])).toBeUndefined();
  });
});

describe('names', () => {
  const named = (name: string): Transcript => ({
    duration: 1,
    speakers: [{ speaker: 0, name }],
    segments: [said(0, 'Yes.@0')],
  });

  it.each([
    ['Anna & <b>Bert</b>', 'Anna &amp; &lt;b&gt;Bert&lt;/b&gt;', 'Anna & ‹b›Bert‹/b›'],
    [
      'a\n\n2\n00:00:00,000 --> 00:00:09,000\nNo',
      'a 2 00:00:00,000 --&gt; 00:00:09,000 No',
      'a 2 00:00:00,000 --› 00:00:09,000 No',
    ],
    ['\u2028{\\an8}\u0000x', '{\\an8} x', '(\\an8) x'],
    ['\u202eevil\u202c', 'evil', 'evil'],
    [' \r\n ', 'Speaker 1', 'Speaker 1'],
  ])('%j is written so that it is only a name', (name, vtt, srt) => {
    expect(formatTranscript(named(name), 'vtt')).toBe(
      `WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v ${vtt}>Yes.\n\n`,
    );
    expect(formatTranscript(named(name), 'srt')).toContain(`\n[${srt}]`);
    expect(formatTranscript(named(name), 'text')).toMatch(/^[^\n]+: Yes\.\n$/u);
  });

  it('are those of roles only where nobody shares them', () => {
    const speakers: KnownSpeaker[] = [
      { speaker: 0, role: 'clinician' },
      { speaker: 1, role: 'patient' },
      { speaker: 2, role: 'patient' },
      { speaker: 3, role: 'other' },
    ];
    const segments = [0, 1, 2, 3].map((speaker) => said(speaker, `Yes.@${speaker}`));
    expect(formatTranscript({ duration: 4, speakers, segments }, 'text')).toBe(
      'Clinician: Yes.\nSpeaker 2: Yes.\nSpeaker 3: Yes.\nSpeaker 4: Yes.\n',
    );
  });
});

describe('whoever speaks, whatever the name', () => {
  it('every word is there once and in order, and no cue holds two speakers', () => {
    fc.assert(
      fc.property(transcripts(), (transcript) => {
        const words = transcript.segments.flatMap((segment) => segment.words);
        const texts = words.map(({ text }) => text);
        const json = JSON.parse(formatTranscript(transcript, 'json', { words: true })) as JsonTranscript;
        expect(json.segments.flatMap((segment) => segment.words ?? [])).toMatchObject(
          words.map(({ text, speaker }) => ({ text, ...(speaker !== undefined && { speaker }) })),
        );
        expect(wordsIn(json.segments.map(({ text }) => text).join(' '))).toEqual(texts);
        expect(wordsIn(formatTranscript(transcript, 'text').replaceAll(/^[^\n]*: /gmu, ''))).toEqual(texts);
        const vtt = cuesIn(formatTranscript(transcript, 'vtt'), /^<v [^>\n]+>/u);
        expect(wordsIn(vtt.join('\n'))).toEqual(texts);
        const srt = cuesIn(formatTranscript(transcript, 'srt'), /^\[[^\n]*\][ \n]/u);
        expect(wordsIn(srt.join('\n'))).toEqual(texts);
        for (const cue of [...vtt, ...srt]) expect(speakersOf(cue, words).size).toBe(1);
      }),
    );
  });

  it('lines keep their width where a name fits', () => {
    fc.assert(
      fc.property(transcripts(fc.stringMatching(/^[A-Z][a-z]{0,30}$/u)), (transcript) => {
        const lines = formatTranscript(transcript, 'srt').split('\n');
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(CUE_LIMITS.lineCharacters);
      }),
    );
  });

  it('the running text is that of the segments before they were divided', () => {
    fc.assert(
      fc.property(transcripts(), (transcript) => {
        expect(runningText({ segments: [...segmentsBySpeaker(transcript)] })).toBe(runningText(transcript));
      }),
    );
  });

  it('nothing changes where speakers were not told apart', () => {
    fc.assert(
      fc.property(transcripts(), ({ segments, duration }) => {
        const plain = segments.map(({ words, ...segment }) => ({
          ...segment,
          words: words.map(withoutSpeaker),
        }));
        expect(formatTranscript({ duration, segments }, 'text')).toBe(
          segments.map(({ text }) => `${text}\n`).join(''),
        );
        for (const format of ['srt', 'vtt', 'json'] as const)
          expect(formatTranscript({ duration, segments }, format)).toBe(
            formatTranscript({ duration, segments: plain }, format),
          );
      }),
    );
  });
});

interface JsonTranscript {
  readonly text: string;
  readonly speakers?: readonly KnownSpeaker[];
  readonly segments: readonly { readonly text: string; readonly speaker?: number; readonly words?: Word[] }[];
}

/** Words of a fifth of a second from `start` on, each marked with its speaker; the mark holds for the words before it, too. */
function said(start: number, marked: string): TranscriptSegment {
  const words: Word[] = [];
  let unmarked = 0;
  for (const piece of marked.split(' ')) {
    const [text = '', mark] = piece.split('@');
    const at = start + words.length / 5;
    words.push({ text, start: at, end: at + 0.2, confidence: 1 });
    if (mark === undefined) continue;
    if (mark !== '?')
      words.splice(
        unmarked,
        Infinity,
        ...words.slice(unmarked).map((word) => ({ ...word, speaker: Number(mark) })),
      );
    unmarked = words.length;
  }
  return segmentOf(words);
}

function segmentOf(words: readonly Word[]): TranscriptSegment {
  return {
    text: words.map(({ text }) => text).join(' '),
    start: words.at(0)?.start ?? 0,
    end: words.at(-1)?.end ?? 0,
    confidence: 1,
    language: 'en',
    words,
  };
}

/** Transcripts in which each word is another, so that it can be found again. */
function transcripts(name: fc.Arbitrary<string> = hostile()): fc.Arbitrary<Transcript> {
  const speaker = fc.oneof(fc.constantFrom(0, 1, 2), fc.constant(undefined));
  const run = fc.tuple(speaker, fc.integer({ min: 1, max: 12 }));
  const known = fc.array(name, { minLength: 0, maxLength: 3 });
  return fc
    .tuple(fc.array(fc.array(run, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), known)
    .map(([drawn, names]) => {
      let count = 0;
      const segments = drawn.map((runs) =>
        segmentOf(
          runs.flatMap(([by, length]) =>
            Array.from({ length }, () => {
              const at = count++ * 0.3;
              return {
                text: `w${count}q`,
                start: at,
                end: at + 0.3,
                confidence: 1,
                ...(by !== undefined && { speaker: by }),
              };
            }),
          ),
        ),
      );
      return {
        duration: count,
        segments,
        speakers: names.map((each, index) => ({ speaker: index, name: each })),
      };
    });
}

function hostile(): fc.Arbitrary<string> {
  const unit = fc.constantFrom(
    '<',
    '>',
    '&',
    ']',
    '[',
    '\n',
    '\r',
    '\u2028',
    '\u0000',
    '-->',
    '{',
    '}',
    'ä',
    'A',
    ' ',
    '"',
    "'",
    ':',
  );
  return fc.array(unit, { minLength: 1, maxLength: 30 }).map((units) => units.join(''));
}

function wordsIn(text: string): string[] {
  return text.match(/w\d+q/gu) ?? [];
}

/** The text of each cue without who says it. Fails if a block is anything but a cue. */
function cuesIn(subtitles: string, voice: RegExp): string[] {
  const blocks = subtitles
    .replace('WEBVTT\n\n', '')
    .split('\n\n')
    .filter((block) => block !== '');
  return blocks.map((block) => {
    const [, rest = ''] =
      /^(?:\d+\n)?\d\d:\d\d:\d\d[,.]\d{3} --> \d\d:\d\d:\d\d[,.]\d{3}\n([^]+)$/u.exec(block) ?? [];
    expect(rest).toMatch(voice);
    return rest.replace(voice, '');
  });
}

function speakersOf(cue: string, words: readonly Word[]): Set<number | undefined> {
  const texts = new Set(wordsIn(cue));
  return new Set(words.filter(({ text }) => texts.has(text)).map(({ speaker }) => speaker));
}

function withoutSpeaker({ text, start, end, confidence }: Word): Word {
  return { text, start, end, confidence };
}
