import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type OpenAI from 'openai';
import type { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noChromium, openPage } from '../../../client/test/support/chromium.js';
import { runCli } from '../cli/run-cli.js';
import { at24k } from '../support/other-audio.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, wordErrorRate } from '../support/speech.js';
import { startTlsFront } from '../support/tls-front.js';
import { clientOf } from './openai-client.js';

declare global {
  interface Window {
    openai: { readonly OpenAI: typeof OpenAI; readonly Socket: typeof OpenAIRealtimeWebSocket };
  }
}

/** Where a page finds the modules of the SDK, which need no bundling, and a module that brings them to its tests. */
const MODULES = '/openai/';
const ENTRY = 'on-window.mjs';
const ENTRY_SCRIPT =
  "import { OpenAI } from './index.mjs'; import { OpenAIRealtimeWebSocket as Socket } from './realtime/websocket.mjs'; window.openai = { OpenAI, Socket };";
const sdk = fileURLToPath(new URL('../../../../node_modules/openai/', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'auscult-browser-'));
let key = '';
let server: RealServer;
beforeAll(async () => {
  const data = ['--data-directory', folder];
  key = (await runCli(['keys', 'create', '--role', 'clinician', ...data])).stdout.trim();
  server = await spawnRealServer('--authentication', 'required', '--workers', '1', ...data);
});
afterAll(async () => {
  server.signal('SIGKILL');
  await server.exited;
  rmSync(folder, { recursive: true });
});

describe.skipIf(noChromium !== undefined)(
  `OpenAI's SDK in Chromium${noChromium === undefined ? '' : `: ${noChromium}`}`,
  () => {
    test('hears a sentence, with a client secret in place of a key and the settings that it holds', async () => {
      const speech = await loadSpeech('librivox/sense_and_sensibility_01_austen_64kb-0880');
      const { value: secret } = await clientOf(server, key).realtime.clientSecrets.create({
        session: { type: 'transcription', audio: { input: { turn_detection: null } } },
      });
      const audio = Buffer.from(at24k(speech.pcm)).toString('base64');
      const { types, transcript, detectsTurns } = await speakInPage(secret, audio);
      expect(wordErrorRate(speech.text, transcript)).toBeLessThan(0.1);
      expect(detectsTurns).toBe(false);
      expect(types[0]).toBe('session.created');
      expect(types).not.toContain('error');
    });

    test('is refused with a key that is wrong', async () => {
      await expect(speakInPage('ek_wrong', '')).rejects.toThrow('closed with 1006');
    });
  },
);

/** What a page was told. */
interface Told {
  readonly types: readonly string[];
  readonly transcript: string;
  readonly detectsTurns: boolean;
}

/** Sends audio from a page, in pieces, and commits it. Rejects if the socket closes before there is a text. */
async function speakInPage(secret: string, audio: string): Promise<Told> {
  const front = await startTlsFront(server.url);
  const page = await openPage({ server: front.url, trustsEveryCertificate: true });
  await page.route(`**${MODULES}**`, async (route) => {
    const path = new URL(route.request().url()).pathname.slice(MODULES.length);
    const body = path === ENTRY ? ENTRY_SCRIPT : await readFile(join(sdk, path));
    await route.fulfill({ contentType: 'text/javascript', body });
  });
  await page.addScriptTag({ type: 'module', url: MODULES + ENTRY });
  return page.evaluate(
    async ({ baseURL, apiKey, pieces }) => {
      const { OpenAI: Client, Socket } = window.openai;
      const client = new Client({ apiKey, baseURL, dangerouslyAllowBrowser: true });
      const socket = new Socket({ model: 'gpt-4o-transcribe' }, client);
      const types: string[] = [];
      let detectsTurns = true;
      return new Promise<Told>((resolve, reject) => {
        socket.on('error', () => undefined);
        socket.on('event', ({ type }) => {
          types.push(type);
        });
        socket.on('session.created', ({ session }) => {
          detectsTurns = 'audio' in session && Boolean(session.audio.input?.turn_detection);
          for (const piece of pieces) socket.send({ type: 'input_audio_buffer.append', audio: piece });
          socket.send({ type: 'input_audio_buffer.commit' });
        });
        socket.on('conversation.item.input_audio_transcription.completed', ({ transcript }) => {
          resolve({ types, transcript, detectsTurns });
          socket.close();
        });
        socket.socket.addEventListener('close', ({ code }) => {
          reject(new Error(`closed with ${code}`));
        });
      });
    },
    {
      baseURL: `${front.url}/v1`,
      apiKey: secret,
      // Of whole groups of four characters, so that each is base64 by itself.
      pieces: audio.match(/.{1,6400}/gu) ?? [],
    },
  );
}
