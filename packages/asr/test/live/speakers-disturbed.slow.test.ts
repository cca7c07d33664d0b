import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LiveOptions, SpeakerFindings } from '../../src/index.js';
import { encodePcm, feedInStep, listen } from '../support/listening.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import { revisedWords } from '../support/revised-words.js';
import { atRate, join, loadAllSpeech, silence, wordErrorRate, type Speech } from '../support/speech.js';

const CLIPS = [
  'librispeech/367-130732-0001',
  'librivox/sense_and_sensibility_01_austen_64kb-0880',
  'librispeech/533-1066-0003',
  'noise/keyboard-typing',
];

let real: RealRecognizer;
let one: Speech;
let other: Speech;
let third: Speech;
let keyboard: Speech;
beforeAll(async () => {
  real = await startRealRecognizer({ model: 'moonshine-base', workers: 1 });
  [one, other, third, keyboard] = (await loadAllSpeech(CLIPS)) as [Speech, Speech, Speech, Speech];
});
afterAll(() => real.close());

describe('two speakers at one microphone', { timeout: 600_000 }, () => {
  test('are told apart between music, typing and coughs, none of which anybody said', async () => {
    const said = await hear([
      { samples: music(3) },
      by(0, one),
      { samples: join([keyboard.samples, silence(0.8)]) },
      by(1, other),
      { samples: join([cough(), silence(0.8)]) },
      by(0, one),
      by(1, other),
    ]);
    expect(said.wrong).toBeLessThan(3);
    expect(said.words.filter(({ voice }) => voice === undefined).length).toBeLessThan(3);
    expect(said.numbers).toEqual([0, 1]);
  });

  test('are told apart although a television runs in the room', async () => {
    const television = join([third.samples, third.samples, third.samples, third.samples]);
    const said = await hear([by(0, one), by(1, other), by(0, one), by(1, other)], {}, (samples) =>
      samples.map((sample, at) => sample + 0.03 * (television[at] ?? 0)),
    );
    expect(said.wrong).toBeLessThan(4);
    expect(said.numbers).toEqual([0, 1]);
  });

  test('stay two when somebody else says one sentence, of which no word is lost', async () => {
    const said = await hear([by(0, one), by(1, other), by(0, one), by(1, other), by(2, third), by(0, one)]);
    expect(said.numbers).toEqual([0, 1]);
    expect(said.words.filter(({ voice }) => voice === 2).length).toBeGreaterThan(6);
    expect(said.errorRate).toBeLessThan(0.25);
  });

  test('have each a label when they talk at once, and none of their other words is lost', async () => {
    const both = one.samples.map((sample, at) => sample + (other.samples[at] ?? 0));
    const said = await hear([
      by(0, one),
      by(1, other),
      { samples: join([both, silence(0.8)]) },
      by(0, one),
      by(1, other),
    ]);
    expect(said.wrong).toBeLessThan(4);
    expect(said.numbers).toEqual([0, 1]);
    expect(said.words.every(({ speaker }) => speaker !== undefined)).toBe(true);
  });

  test('keep their numbers when the microphone is moved away', async () => {
    const said = await hear([
      by(0, one),
      by(1, other),
      by(0, one),
      by(1, other),
      by(0, moved(one)),
      by(1, moved(other)),
    ]);
    expect(said.numbers).toEqual([0, 1]);
    // What is duller and fainter is less like what was heard before.
    expect(said.wrong).toBeLessThan(9);
    expect(said.errorRate).toBeLessThan(0.35);
  });

  test('are told apart in the sound of a telephone', async () => {
    const said = await hear([by(0, one), by(1, other), by(0, one), by(1, other)], { sampleRate: 8_000 });
    expect(said.wrong).toBeLessThan(6);
    expect(said.numbers).toEqual([0, 1]);
  });
});

/** A stretch of sound, and whose it is. */
interface Stretch {
  readonly samples: Float32Array;
  readonly voice?: number;
  readonly text?: string;
}

function by(voice: number, { samples, text }: Speech): Stretch {
  return { voice, text, samples: join([samples, silence(0.8)]) };
}

/** What was heard, once nothing more is found out about it. */
async function hear(
  stretches: readonly Stretch[],
  options: Partial<LiveOptions> = {},
  change = (samples: Float32Array) => samples,
) {
  const findings: SpeakerFindings[] = [];
  const listening = listen(
    real.recognizer,
    // The windows of live speech are shed on a busy machine.
    { speakers: 2, priority: 'background', ...options },
    { onSpeakers: (found) => findings.push(found) },
  );
  const samples = change(join(stretches.map((stretch) => stretch.samples)));
  const { sampleRate = 16_000 } = options;
  if (sampleRate === 16_000) await feedInStep(real.recognizer, listening, samples);
  else listening.live.push(encodePcm(atRate(samples, sampleRate), 'f32le'));
  await listening.live.flush();
  const ends = stretches.map(
    (_, at) => join(stretches.slice(0, at + 1).map((one) => one.samples)).length / 16_000,
  );
  const heard = () =>
    revisedWords(listening.finals, findings).map(({ start, end, speaker }) => ({
      speaker,
      voice: stretches[ends.findIndex((until) => (start + end) / 2 < until)]?.voice,
    }));
  const wrongIn = (words: ReturnType<typeof heard>) =>
    words.filter(({ voice, speaker }) => voice !== undefined && voice < 2 && speaker !== voice).length;
  await settled(() => JSON.stringify(heard()));
  const words = heard();
  listening.live.close();
  return {
    words,
    wrong: wrongIn(words),
    numbers: [...new Set(words.map(({ speaker }) => speaker))].sort(),
    errorRate: wordErrorRate(stretches.map(({ text = '' }) => text).join(' '), listening.text()),
  };
}

/** Waits until the windows that are on their way have been heard. */
async function settled(read: () => string): Promise<void> {
  await expect.poll(() => real.recognizer.status().voices?.waiting, { timeout: 120_000 }).toBe(0);
  let before = '';
  await expect
    .poll(
      () => {
        const now = read();
        const isSame = now === before;
        before = now;
        return isSame;
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toBe(true);
}

/** Chords of a few instruments, which follow each other twice a second. */
function music(seconds: number): Float32Array {
  const chords = [
    [220, 277.2, 329.6],
    [196, 246.9, 293.7],
    [174.6, 220, 261.6],
  ];
  return Float32Array.from({ length: seconds * 16_000 }, (_, at) => {
    const time = at / 16_000;
    const chord = chords[Math.floor(2 * time) % chords.length] ?? [];
    const fading = Math.exp(-3 * (time % 0.5));
    return chord.reduce(
      (sum, tone) =>
        sum + 0.05 * fading * (Math.sin(6.283 * tone * time) + 0.5 * Math.sin(12.566 * tone * time)),
      0,
    );
  });
}

/** Two bursts of noise that fade within a third of a second each. */
function cough(): Float32Array {
  let state = 7;
  return Float32Array.from({ length: 12_800 }, (_, at) => {
    state = (state * 48_271) % 2_147_483_647;
    const inBurst = (at % 6_400) / 16_000;
    return 0.5 * (state / 1_073_741_824 - 1) * Math.exp(-14 * inBurst);
  });
}

/** The same from further away: fainter, and without most of what is above 2 kHz. */
function moved({ samples, ...speech }: Speech): Speech {
  let smooth = 0;
  return {
    ...speech,
    samples: samples.map((sample) => {
      smooth += 0.55 * (sample - smooth);
      return 0.3 * smooth;
    }),
  };
}
