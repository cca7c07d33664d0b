import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import type { Transcriber, Transcript } from '../../src/index.js';
import { noChromium, openPage } from '../support/chromium.js';
import { startFaultyProxy } from '../support/faulty-proxy.js';
import { startSpokenMicrophone } from '../support/spoken-microphone.js';

/** What the page of a test keeps. */
declare global {
  interface Window {
    recording: Transcriber;
    told: string[];
  }
}

describe.skipIf(noChromium !== undefined)(
  `the recorder of Chromium${noChromium ? `: ${noChromium}` : ''}`,
  () => {
    let server: RealServer;
    let microphone: string;
    let text: string;
    let seconds: number;

    beforeAll(async () => {
      const spokenMicrophone = await startSpokenMicrophone();
      ({ server, microphone, text, seconds } = spokenMicrophone);
      return spokenMicrophone.stop;
    });

    test('gives the words, without a worklet', async () => {
      const page = await openPage({ microphone, server: server.url });
      await start(page, server.url);
      await recordedSeconds(page, seconds);
      const heard = await stop(page);
      expect(wordErrorRate(text, heard.text)).toBeLessThan(0.25);
      expect(heard).toMatchObject({ complete: true, lostSeconds: 0 });
      expect(await page.evaluate(() => window.told)).toEqual([]);
    });

    test('can be paused, muted and resumed', async () => {
      const page = await openPage({ microphone, server: server.url });
      await start(page, server.url);
      await recordedSeconds(page, 1);
      await page.evaluate(() => {
        window.recording.pause();
      });
      await page.waitForFunction(() => window.recording.state.kind === 'paused');
      await page.evaluate(() => {
        window.recording.resume();
        window.recording.mute(true);
      });
      await recordedSeconds(page, 0.5);
      await page.evaluate(() => {
        window.recording.mute(false);
      });
      await recordedSeconds(page, seconds);
      expect((await stop(page)).complete).toBe(true);
      expect(await page.evaluate(() => window.told)).toEqual([]);
    });

    test('goes on in the middle of its recording when connections break', async () => {
      const proxy = await startFaultyProxy(Number(new URL(server.url).port));
      const url = `http://127.0.0.1:${proxy.port}`;
      const page = await openPage({ microphone, server: url });
      await start(page, url);
      for (let cuts = 0; cuts < 3; cuts++) {
        await recordedSeconds(page, seconds / 4);
        proxy.cut();
      }
      await recordedSeconds(page, seconds / 2);
      const heard = await stop(page);
      await proxy.close();
      expect(wordErrorRate(text, heard.text)).toBeLessThan(0.25);
      expect(heard.complete).toBe(true);
    });

    test('begins in the middle of its recording, after the header, when the session is gone', async () => {
      const other = await spawnRealServer('--workers', '1', '--resume-seconds', '0');
      const proxy = await startFaultyProxy(Number(new URL(other.url).port));
      const url = `http://127.0.0.1:${proxy.port}`;
      const page = await openPage({ microphone, server: url });
      await start(page, url);
      await recordedSeconds(page, seconds / 2);
      proxy.cut();
      await recordedSeconds(page, seconds / 2);
      const heard = await stop(page);
      await proxy.close();
      other.signal('SIGKILL');
      // The word that was being said is heard in two halves, or twice.
      expect(wordErrorRate(text, heard.text)).toBeLessThan(0.35);
      expect(heard.complete).toBe(true);
    });
  },
);

/** Starts a transcriber in the page, which keeps what it tells. */
async function start(page: Page, url: string): Promise<void> {
  await page.evaluate(async (given) => {
    const recording = window.sdk.createTranscriber({
      url: given,
      capture: 'recorder',
      workletUrl: '/none.js',
    });
    Object.assign(window, { recording, told: [] });
    recording.on('problem', ({ code }) => window.told.push(code));
    recording.on('warning', ({ code }) => window.told.push(code));
    await recording.start();
  }, url);
}

function stop(page: Page): Promise<Transcript> {
  return page.evaluate(() => window.recording.stop());
}

/** Waits until so many more seconds have been recorded. */
async function recordedSeconds(page: Page, seconds: number): Promise<void> {
  const from = await page.evaluate(() => window.recording.transcript.durationSeconds);
  await page.waitForFunction((until) => window.recording.transcript.durationSeconds >= until, from + seconds);
}
