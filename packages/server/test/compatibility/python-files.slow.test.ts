import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clipPath, readClips } from '../../../asr/test/clips/clips.js';
import { sdkPythons } from '../support/python.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { wordErrorRate } from '../support/speech.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('python/files.py', import.meta.url));

let server: RealServer;
beforeAll(async () => {
  server = await spawnRealServer('--workers', '1');
});
afterAll(() => {
  server.signal('SIGKILL');
});

interface Told {
  readonly openai: Readonly<Record<string, unknown>> & { readonly text: string; readonly extension: string };
  readonly openaiAsync: { readonly text: string };
  readonly deepgram: { readonly text: string; readonly words: number; readonly utterances: number };
  readonly deepgramAsync: { readonly text: string };
}

for (const { path, packages, missing } of sdkPythons) {
  test.skipIf(missing !== undefined)(
    `${packages}${missing === undefined ? '' : `: ${missing}`}`,
    // Five recordings, whose decoders go behind everything else on the machine.
    { timeout: 240_000 },
    async () => {
      const recording = clipPath('jfk/jfk.flac');
      const { stdout } = await run(path, [program, server.url, recording]);
      const { openai, openaiAsync, deepgram, deepgramAsync } = JSON.parse(stdout) as Told;
      const said = readClips().find(({ id }) => id === 'jfk/jfk')?.text ?? '';
      for (const text of [openai.text, openai.extension, openaiAsync.text, deepgram.text, deepgramAsync.text])
        expect(wordErrorRate(said, text)).toBeLessThan(0.1);
      expect(openai).toMatchObject({
        segments: ` ${openai.text}`,
        language: 'english',
        deltas: openai.text,
        done: [openai.text],
        models: ['moonshine-base', 'whisper-1'],
        refusal: ['language', 'unsupported_language'],
      });
      expect(openai['words']).toBeGreaterThan(15);
      expect(deepgram.words).toBeGreaterThan(15);
      expect(deepgram.utterances).toBeGreaterThan(0);
    },
  );
}
