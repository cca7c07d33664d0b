import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createElement } from 'react';
import { create } from 'react-test-renderer';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { noChromium, openPage } from '../../packages/client/test/support/chromium.js';
import { atRate, inChunks, spoken } from '../../packages/client/test/support/spoken.js';
import { spawnRealServer, type RealServer } from '../../packages/server/test/support/real-server.js';
import { spawnOwned } from '../../packages/server/test/support/spawn-owned.js';
import { wordErrorRate } from '../../packages/server/test/support/speech.js';
import { until } from '../../packages/server/test/support/until.js';
import { waveFile } from '../../packages/server/test/support/wave.js';
import { useTranscriber, type Transcription } from '../use-transcriber.js';

const run = promisify(execFile);
const python = process.env['PYTHON'] ?? 'python3';
const noPython =
  spawnSync(python, ['-c', 'import websockets']).status === 0
    ? undefined
    : `${python} has no websockets: install it with pip, or name another Python in PYTHON`;

describe('the examples', () => {
  let server: RealServer;
  let folder: string;
  let samples: Int16Array;
  let text: string;

  beforeAll(async () => {
    server = await spawnRealServer('--workers', '1');
    folder = await mkdtemp(join(tmpdir(), 'auscult-examples-'));
    ({ samples, text } = await spoken('jfk/jfk'));
    return async () => {
      server.signal('SIGKILL');
      await rm(folder, { recursive: true });
    };
  });

  test('stream-file.mjs streams a file of 44.1 kHz', async () => {
    const floats = atRate(samples, 16_000, 44_100);
    const file = await write(
      Int16Array.from(floats, (sample) => sample * 32_767),
      44_100,
    );
    const { stdout } = await run(process.execPath, [example('stream-file.mjs'), file, server.url]);
    expect(wordErrorRate(text, saidIn(stdout))).toBeLessThan(0.15);
    expect(stdout).toContain('nothing was lost');
  });

  test.skipIf(noPython !== undefined)(
    `client.py speaks the raw protocol${noPython ? `: ${noPython}` : ''}`,
    async () => {
      const file = await write(samples, 16_000);
      const url = `${server.url.replace('http', 'ws')}/ws/transcribe`;
      const { stdout, stderr } = await run(python, [example('client.py'), file, url]);
      expect(stderr).toBe('');
      expect(wordErrorRate(text, saidIn(stdout))).toBeLessThan(0.15);
      expect(await linesOf('client.py')).toBeLessThan(40);
    },
  );

  test('twilio-bridge.mjs transcribes a call', async () => {
    const address = server.url.replace('http', 'ws');
    const bridge = spawnOwned([process.execPath, example('twilio-bridge.mjs'), address, '0'], {});
    let output = '';
    bridge.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    bridge.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until(() => output.includes('port'));
    const [, port = ''] = /port (\d+)/.exec(output) ?? [];
    const call = new WebSocket(`ws://127.0.0.1:${port}`);
    const isOver = once(call, 'close');
    await once(call, 'open');
    const say = (message: object) => {
      call.send(JSON.stringify({ streamSid: 'MZ0', ...message }));
    };
    say({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    say({
      event: 'start',
      start: { mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 } },
    });
    const audio = Buffer.from(Array.from(atRate(samples, 16_000, 8000), muLaw));
    for (let at = 0; at < audio.length; at += 160) {
      const payload = audio.toString('base64', at, at + 160);
      say({ event: 'media', media: { track: 'inbound', payload } });
      say({ event: 'media', media: { track: 'outbound', payload } });
    }
    say({ event: 'stop', stop: {} });
    await isOver;
    bridge.kill();
    expect(wordErrorRate(text, saidIn(output))).toBeLessThan(0.25);
    expect(await linesOf('twilio-bridge.mjs')).toBeLessThan(35);
  });

  test.skipIf(noChromium !== undefined)(
    `page.html shows what is said${noChromium ? `: ${noChromium}` : ''}`,
    async () => {
      const html = await readFile(example('page.html'), 'utf8');
      const page = await openPage({
        microphone: await write(samples, 16_000),
        server: server.url,
        html,
        path: `/?server=${server.url}`,
        inlineScripts: true,
      });
      await page.click('#start');
      await page.waitForFunction(() => document.querySelector('#text')?.textContent.includes('country'));
      await page.click('#stop');
      await page.waitForFunction(() => document.querySelector('#state')?.textContent === 'stopped');
      expect(await page.textContent('#problem')).toBe('');
      expect(await linesOf('page.html')).toBeLessThan(60);
    },
  );

  test('use-transcriber.ts gives a component its text, and ends with it', async () => {
    let shown: Transcription | undefined;
    const Component = (): null => {
      shown = useTranscriber({ url: server.url });
      return null;
    };
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else renders a hook without a DOM
    const rendered = create(createElement(Component));
    await until(() => shown?.state.kind === 'idle');
    expect(shown).toMatchObject({ segments: [], partials: [], problem: undefined });

    shown?.start(inChunks(samples, 1600));
    await until(() => shown?.state.kind === 'listening');
    shown?.stop();
    await until(() => shown?.state.kind === 'stopped');
    const said = shown?.segments.map((segment) => segment.text).join(' ') ?? '';
    expect(wordErrorRate(text, said)).toBeLessThan(0.15);
    expect(shown?.partials).toEqual([]);

    let isRead = true;
    shown?.start(
      (async function* () {
        try {
          for (;;) {
            yield new Int16Array(1600);
            await sleep(1);
          }
        } finally {
          isRead = false;
        }
      })(),
    );
    await until(() => shown?.state.kind === 'listening');
    rendered.unmount();
    await until(() => !isRead);
  });

  async function write(pcm: Int16Array, sampleRate: number): Promise<string> {
    const file = join(folder, `speech-${sampleRate}.wav`);
    const data = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    await writeFile(file, waveFile({ tag: 1, bits: 16, sampleRate, channels: 1 }, data));
    return file;
  }
});

function example(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

async function linesOf(name: string): Promise<number> {
  return (await readFile(example(name), 'utf8')).trimEnd().split('\n').length;
}

/** The µ-law code of a sample within -1 to 1, as telephone exchanges make it. */
function muLaw(sample: number): number {
  const magnitude = Math.min(Math.round(Math.abs(sample) * 32_767) + 132, 32_767);
  const segment = 31 - Math.clz32(magnitude) - 7;
  const step = (magnitude >> (segment + 3)) & 15;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

/** The text of lines such as `    1.2 s  And so`. */
function saidIn(output: string): string {
  return [...output.matchAll(/^ *[\d.]+ s {2}(.*)$/gm)].map(([, said]) => said).join(' ');
}
