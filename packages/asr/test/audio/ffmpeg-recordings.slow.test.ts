import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecording } from '../../src/audio/recording.js';
import { compareSounds } from '../../src/audio/compare-sounds.js';
import { SpeechError } from '../../src/speech-error.js';
import { clipPath } from '../clips/clips.js';
import { decodeAll, placesOf, stored } from './decoded.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** Sentences of about three and four seconds. */
const SENTENCE = clipPath('librivox/sense_and_sensibility_01_austen_64kb-0880.flac');
const OTHER = clipPath('dictation/joe_s001.flac');
const SECONDS = 2.99;

/** Moves what is said after 1.5 s by so many seconds. */
const gapOf = (seconds: number): string[] => ['-af', `asetpts='PTS+if(gte(T,1.5),${seconds}/TB,0)'`];
const PICTURES = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=5:d=10'];

describe.skipIf(!hasFfmpeg)('where ffmpeg is installed', () => {
  let folder: string;
  let wanted: Float32Array;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auscult-ffmpeg-'));
    wanted = (await decodeAll(SENTENCE)).samples.subarray(8_000, 44_000);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** The file that ffmpeg writes with these arguments. */
  async function make(name: string, ...given: readonly string[]): Promise<Buffer> {
    const path = join(folder, name);
    const made = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...given, path]);
    if (made.status !== 0) throw new Error(made.stderr.toString());
    return readFile(path);
  }

  async function refusal(bytes: Uint8Array): Promise<SpeechError> {
    const error: unknown = await openRecording(stored(bytes), { name: 'The visit' }).catch(
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof SpeechError)) throw new Error('it was not refused');
    return error;
  }

  const codecs: readonly (readonly [string, readonly string[]])[] = [
    ['mp4', ['-c:a', 'aac']],
    ['mov', ['-c:a', 'aac']],
    ['mkv', ['-c:a', 'libopus']],
    ['ts', ['-c:a', 'aac']],
    ['flv', ['-c:a', 'aac', '-ar', '44100', '-c:v', 'flv']],
  ];

  it.each(codecs)(
    'sound that begins late in %s is heard at the time at which a player plays it',
    async (ending, codec) => {
      const late = [
        '-itsoffset',
        '6',
        '-i',
        SENTENCE,
        '-map',
        '0:v',
        '-map',
        '1:a',
        '-c:v',
        'mpeg4',
        ...codec,
      ];
      const bytes = await make(`late.${ending}`, ...PICTURES, ...late);
      for (const source of [bytes, join(folder, `late.${ending}`)]) {
        const { samples, damage } = await decodeAll(source);
        expect(damage).toBeUndefined();
        expect(placesOf(wanted, samples)).toEqual([expect.closeTo(6.5, 1)]);
      }
    },
  );

  it.each(codecs.filter(([ending]) => ending !== 'mov'))('a gap in %s is silent', async (ending, codec) => {
    const own = codec.includes('-c:v') ? codec.slice(0, 4) : codec;
    const bytes = await make(`gap.${ending}`, '-i', SENTENCE, ...gapOf(10), ...own);
    const { samples, damage } = await decodeAll(bytes);
    expect(damage).toBeUndefined();
    expect(samples.length / 16_000).toBeCloseTo(SECONDS + 10, 0);
    const [beginning, end] = [wanted.subarray(0, 14_000), wanted.subarray(18_000)];
    expect(placesOf(beginning, samples.subarray(0, 40_000))).toEqual([expect.closeTo(0.5, 0)]);
    expect(placesOf(end, samples.subarray(160_000))).toEqual([expect.closeTo(1.65, 1)]);
  });

  it('a clock that jumps by a day is reported, and adds no day of silence', async () => {
    const bytes = await make('day.mka', '-i', SENTENCE, ...gapOf(86_400), '-c:a', 'libopus');
    const { samples, damage } = await decodeAll(bytes);
    expect(samples.length / 16_000).toBeCloseTo(SECONDS, 0);
    expect(damage).toBe('The visit has a gap of more than 60 minutes, which was left out.');
  });

  it('tracks can be decoded together or each by itself', async () => {
    const inputs = ['-i', OTHER, '-i', SENTENCE];
    const bytes = await make('two.mka', ...inputs, '-map', '0:a', '-map', '1:a', '-c:a', 'libopus');
    const open = (track?: number) => openRecording(stored(bytes), track === undefined ? {} : { track });
    const recording = await open();
    await recording.close();
    expect(recording).toMatchObject({ tracks: 2, channels: 2 });
    expect(placesOf(wanted, (await decodeAll(bytes, { track: 1 })).samples)).toEqual([
      expect.closeTo(0.5, 1),
    ]);
    expect(placesOf(wanted, (await decodeAll(bytes, { track: 0 })).samples)).toEqual([]);
    expect((await decodeAll(bytes)).damage).toBeUndefined();
    expect(await compareSounds(2, open)).toBe('apart');
  });

  it('tracks that hold the same speech do not count as separate', async () => {
    const mix = '[0][1]amix=inputs=2:normalize=0[mix]';
    const maps = ['-filter_complex', mix, '-map', '[mix]', '-map', '0:a', '-map', '1:a', '-c:a', 'libopus'];
    const bytes = await make('mixed.mka', '-i', OTHER, '-i', SENTENCE, ...maps);
    expect(await compareSounds(3, (track) => openRecording(stored(bytes), { track }))).toBe('alike');
  });

  it('channels of opposite phase do not cancel when ffmpeg decodes them', async () => {
    const bytes = await make(
      'opposite.m4a',
      '-i',
      SENTENCE,
      '-af',
      'pan=stereo|c0=c0|c1=-1*c0',
      '-c:a',
      'aac',
    );
    expect(placesOf(wanted, (await decodeAll(bytes)).samples)).toEqual([expect.closeTo(0.5, 1)]);
  });

  it.each([
    ['m4a', ['-c:a', 'aac', '-movflags', '+faststart']],
    ['mp4', ['-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov', '-frag_duration', '500000']],
    ['webm', ['-c:a', 'libopus']],
    ['aac', ['-c:a', 'aac']],
    ['aiff', []],
    ['wma', ['-c:a', 'wmav2']],
  ])('a cut %s is reported as cut, and two in a row are both heard', async (ending, codec) => {
    const bytes = await make(`whole.${ending}`, '-i', SENTENCE, ...codec);
    expect((await decodeAll(bytes)).damage).toBeUndefined();
    const cut = await decodeAll(bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    expect(cut.damage).toMatch(/^The visit (is cut off|ends after)/);
    expect(cut.samples.length).toBeGreaterThan(16_000);

    const twice = await decodeAll(Buffer.concat([bytes, bytes]));
    expect(twice.damage).toBeUndefined();
    expect(placesOf(wanted, twice.samples)).toEqual([
      expect.closeTo(0.5, 0),
      expect.closeTo(0.5 + SECONDS, 0),
    ]);
  });

  it('missing fragments are reported', async () => {
    const fragments = [
      '-movflags',
      '+frag_keyframe+empty_moov+default_base_moof',
      '-frag_duration',
      '500000',
    ];
    const bytes = await make('fragments.mp4', '-i', SENTENCE, '-c:a', 'aac', ...fragments);
    const starts = [...bytes.toString('latin1').matchAll(/....moof/gs)].map(({ index }) => index);
    const [, , third = 0, fourth = 0] = starts;
    const { samples, damage } = await decodeAll(
      Buffer.concat([bytes.subarray(0, third), bytes.subarray(fourth)]),
    );
    expect(damage).toBe('The visit lacks fragments in the middle.');
    expect(samples.length / 16_000).toBeCloseTo(SECONDS, 0);
  });

  it('a file that cannot be decoded is refused with what it lacks', async () => {
    const m4a = await make('index.m4a', '-i', SENTENCE, '-c:a', 'aac');
    const webm = await make('half.webm', '-i', SENTENCE, '-c:a', 'libopus', '-cluster_time_limit', '300');
    const mute = await make('mute.mp4', ...PICTURES, '-c:v', 'mpeg4');
    const key = [
      '-encryption_scheme',
      'cenc-aes-ctr',
      '-encryption_key',
      '00'.repeat(16),
      '-encryption_kid',
      '11'.repeat(16),
    ];
    const secret = await make('secret.mp4', '-i', SENTENCE, '-c:a', 'aac', ...key);
    const cases: readonly (readonly [Buffer, string, RegExp])[] = [
      [m4a.subarray(0, m4a.length * 0.8), 'unreadable_audio', /MP4, but is cut off before its index/],
      [webm.subarray(webm.length / 2), 'unreadable_audio', /WebM or Matroska, but lacks its beginning/],
      [webm.subarray(0, 60), 'unreadable_audio', /cut off before its first sound/],
      [mute, 'unreadable_audio', /holds no sound/],
      [secret, 'unreadable_audio', /is encrypted/],
      [Buffer.from('%PDF-1.7 of a letter'), 'unsupported_audio', /it is no recording/],
    ];
    for (const [bytes, code, message] of cases) {
      const error = await refusal(bytes);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
      expect(`${error.message} ${error.remedy}`).not.toMatch(/install/);
    }
  });
});
