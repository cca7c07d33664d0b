import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import type { Transcriber, TranscriberEvents, Transcript } from '../../src/index.js';
import { noChromium, openPage } from '../support/chromium.js';
import { startSpokenMicrophone } from '../support/spoken-microphone.js';

/** What the page of a test keeps. */
declare global {
  interface Window {
    transcriber: Transcriber;
    levels: TranscriberEvents['level'][];
    states: string[];
    problems: string[];
    streams: MediaStream[];
  }
}

describe.skipIf(noChromium !== undefined)(
  `a microphone in Chromium${noChromium ? `: ${noChromium}` : ''}`,
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

    test('becomes text, with levels, and is released at the end', async () => {
      const page = await openPage({ microphone, server: server.url });
      await start(page, server.url);
      await heardSeconds(page, seconds);
      const heard = await stop(page);
      expect(wordErrorRate(text, heard.text)).toBeLessThan(0.25);
      const levels = await page.evaluate(() => window.levels);
      expect(Math.max(...levels.map(([level]) => level?.peak ?? 0))).toBeGreaterThan(0.2);
      expect(levels.length / heard.durationSeconds).toBeGreaterThan(15);
      expect(levels.at(-1)).toEqual([{ rms: 0, peak: 0 }]);
      expect(await page.evaluate(() => window.states)).toEqual([
        'starting',
        'listening',
        'stopping',
        'stopped',
      ]);
      expect(await liveTracks(page)).toBe(0);
    });

    test('can be changed while it runs, paused and resumed', async () => {
      const page = await openPage({ microphone, server: server.url });
      await start(page, server.url);
      await heardSeconds(page, 1);
      await page.evaluate(async () => {
        const microphones = await window.sdk.listMicrophones();
        await window.transcriber.useMicrophone(microphones.at(-1)?.deviceId ?? '');
      });
      expect(await liveTracks(page)).toBe(1);
      await heardSeconds(page, 1);
      const paused = await page.evaluate(() => {
        window.transcriber.pause();
        return window.transcriber.transcript.durationSeconds;
      });
      // The change itself and a pause take no time of the recording.
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
      expect(await page.evaluate(() => window.transcriber.transcript.durationSeconds)).toBe(paused);
      await page.evaluate(() => {
        window.transcriber.resume();
      });
      await heardSeconds(page, 1);
      const { durationSeconds } = await stop(page);
      expect(durationSeconds).toBeGreaterThan(paused + 0.9);
      expect(await page.evaluate(() => window.states)).toEqual([
        'starting',
        'listening',
        'paused',
        'listening',
        'stopping',
        'stopped',
      ]);
    });

    test('that is unplugged is replaced by another, at once or when one is plugged in', async () => {
      const page = await openPage({ microphone, server: server.url });
      await start(page, server.url);
      await heardSeconds(page, 0.5);
      await unplug(page);
      await page.waitForFunction(() => window.streams.length === 2);
      await heardSeconds(page, 0.5);
      expect(await page.evaluate(() => window.problems)).toEqual([]);

      await page.evaluate(() => {
        const { mediaDevices } = navigator;
        const original = mediaDevices.getUserMedia.bind(mediaDevices);
        let isThere = false;
        mediaDevices.getUserMedia = (constraints) =>
          isThere ? original(constraints) : Promise.reject(new DOMException('none', 'NotFoundError'));
        mediaDevices.addEventListener('plugged', () => {
          isThere = true;
          mediaDevices.dispatchEvent(new Event('devicechange'));
        });
      });
      await unplug(page);
      await page.waitForFunction(() => window.transcriber.state.kind === 'microphone-lost');
      expect(await page.evaluate(() => window.problems)).toEqual(['microphone_lost']);
      await page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('plugged')));
      await page.waitForFunction(() => window.transcriber.state.kind === 'listening');
      await heardSeconds(page, 0.5);
      await stop(page);
    });

    test('that is denied fails the start with a remedy', async () => {
      const page = await openPage({ denies: true, server: server.url });
      const { failure, state } = await start(page, server.url);
      expect(failure).toMatchObject({ code: 'microphone_denied' });
      expect(failure?.message).toMatch(/Allow it for this page/);
      expect(state).toMatchObject({ kind: 'failed', problem: { code: 'microphone_denied' } });
    });

    test('a worklet that is not served is reported with its address', async () => {
      const page = await openPage({ microphone, server: server.url });
      const { failure } = await start(page, server.url, { workletUrl: '/elsewhere.js' });
      expect(failure).toMatchObject({ code: 'worklet_missing' });
      expect(failure?.message).toContain('/elsewhere.js');
      expect(await liveTracks(page)).toBe(0);
    });

    test('gives two channels from two microphones, and one from a stream of the page', async () => {
      const page = await openPage({ microphone, server: server.url });
      await start(page, server.url, { channels: 2, microphone: { secondDeviceId: 'default' } });
      await heardSeconds(page, 1);
      expect(await page.evaluate(() => window.levels.at(-2)?.length)).toBe(2);
      expect(await page.evaluate(() => window.streams.length)).toBe(2);
      await stop(page);

      const taken = await page.evaluate(async (url) => {
        const { createTranscriber } = window.sdk;
        const context = new AudioContext();
        const destination = context.createMediaStreamDestination();
        const tone = context.createOscillator();
        tone.connect(destination);
        tone.start();
        const transcriber = createTranscriber({ url });
        await transcriber.start(destination.stream);
        await new Promise((resolve) => {
          transcriber.on('level', ([level]) => {
            if ((level?.rms ?? 0) > 0.5) resolve(undefined);
          });
        });
        const { durationSeconds } = await transcriber.stop();
        return durationSeconds;
      }, server.url);
      expect(taken).toBeGreaterThan(0);
    });
  },
);

interface Started {
  readonly failure?: { readonly code: string; readonly message: string };
  readonly state: Transcriber['state'];
}

/** Starts a transcriber in the page, which keeps what it tells. */
function start(page: Page, url: string, options: object = {}): Promise<Started> {
  return page.evaluate(
    async (given) => {
      const { createTranscriber } = window.sdk;
      const transcriber = createTranscriber(given);
      Object.assign(window, { transcriber, levels: [], states: [], problems: [], streams: [] });
      transcriber.on('level', (level) => window.levels.push(level));
      transcriber.on('state', ({ kind }) => window.states.push(kind));
      transcriber.on('problem', ({ code }) => window.problems.push(code));
      const { mediaDevices } = navigator;
      const original = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (constraints) => {
        const stream = await original(constraints);
        window.streams.push(stream);
        return stream;
      };
      try {
        await transcriber.start();
        return { state: transcriber.state };
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        return { failure: { code, message }, state: transcriber.state };
      }
    },
    { url, ...options },
  );
}

function stop(page: Page): Promise<Transcript> {
  return page.evaluate(() => window.transcriber.stop());
}

/** Waits until so many more seconds have been recorded. */
async function heardSeconds(page: Page, seconds: number): Promise<void> {
  const from = await page.evaluate(() => window.transcriber.transcript.durationSeconds);
  await page.waitForFunction(
    (until) => window.transcriber.transcript.durationSeconds >= until,
    from + seconds,
  );
}

function liveTracks(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      window.streams.flatMap((stream) => stream.getTracks()).filter(({ readyState }) => readyState === 'live')
        .length,
  );
}

/** What the page sees when the microphone in use is unplugged. */
function unplug(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const track of window.streams.at(-1)?.getTracks() ?? []) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  });
}
