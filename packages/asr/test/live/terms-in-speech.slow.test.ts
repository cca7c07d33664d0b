import { existsSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRecording } from '../../src/audio/recording.js';
import type { KeyTerm } from '../../src/terms/key-term.js';
import { transcribe } from '../support/listening.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import { sharedFolder } from '../support/shared.js';
import { join, loadSpeech } from '../support/speech.js';

let real: RealRecognizer;
beforeAll(async () => {
  real = await startRealRecognizer({ model: 'moonshine-base', lexicon: 'medical' });
});
afterAll(() => real.close());

describe('names of a clinic, of any weight', () => {
  test('are written once where they are said, and change nothing else', async () => {
    const { samples } = await loadSpeech('dictation/joe_venkataraman');
    const clinic = fc.array(
      fc.record({
        text: fc.constantFrom(
          'Dr. Venkataraman',
          'Venkataraman',
          'Dr. Callahan',
          'Coller',
          'Dr. Knott',
          'Dr. Please',
          'Cole',
        ),
        weight: fc.constantFrom(0.1, 1, 1.7, 3),
      }),
      { minLength: 1, maxLength: 7 },
    );
    await fc.assert(
      fc.asyncProperty(clinic, async (names) => {
        const text = await hear(samples, [{ text: 'Dr. Venkataraman', weight: 3 }, ...names]);
        expect(text).toMatch(/^Please call (?:Dr\.|doctor) Venkataraman,? not (?:Dr\.|doctor) \S+$/iu);
      }),
      { numRuns: 6 },
    );
  });
});

const doses = path.join(sharedFolder, 'field-cases/03-dose-behind-a-term');

describe.skipIf(!existsSync(doses))('doses beside drugs of the lexicon (skipped without ../shared)', () => {
  test.each([
    ['spironolactone.flac', /^Spironolactone (?:10|ten) to (?:15|fifteen) milligrams/iu],
    ['glargine.flac', /^Insulin glargine (?:20|twenty) to (?:25|twenty.five) units/iu],
  ])('are whole in %s', async (file, expected) => {
    const chunks: Float32Array[] = [];
    for await (const chunk of (await openRecording(path.join(doses, file))).chunks()) chunks.push(chunk);
    expect(await hear(join(chunks), [])).toMatch(expected);
  });
});

async function hear(samples: Float32Array, keyTerms: readonly KeyTerm[]): Promise<string> {
  const { text } = await transcribe(real.recognizer, samples, { keyTerms });
  return text();
}
