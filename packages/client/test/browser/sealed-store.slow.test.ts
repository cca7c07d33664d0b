import { describe, expect, test } from 'vitest';
import { until } from '../../../server/test/support/until.js';
import { noChromium, openPage } from '../support/chromium.js';
import { startFakeServer } from '../support/fake-server.js';
import { spell, textOfWord } from '../support/spelled-audio.js';

const { samples, words } = spell(Array.from({ length: 40 }, () => ({ length: 700, pause: 300 })));

describe.skipIf(noChromium !== undefined)(`audio in IndexedDB${noChromium ? `: ${noChromium}` : ''}`, () => {
  test('is stored encrypted while the server is away, and sent and removed later', async () => {
    const server = await startFakeServer();
    const page = await openPage({ server: server.url });
    server.refusal = { closeCode: 1013, code: 'busy', retryable: true };
    await page.evaluate(leaveOrphan);
    const stored = page.evaluate(record, { url: server.url, audio: [...samples] });
    await page.waitForFunction(() => (window as { stored?: number }).stored !== undefined);
    const { count, plain } = await page.evaluate(lookInside);
    expect(count).toBeGreaterThan(30);
    expect(plain).toBe(false);
    server.refusal = undefined;
    const { texts, lostSeconds } = await stored;
    expect(texts).toEqual(words.map(textOfWord));
    expect(lostSeconds).toBe(0);
    await until(async () => (await page.evaluate(lookInside)).count === 0);
  });

  test('that cannot be stored is lost from its beginning, and counted', async () => {
    const server = await startFakeServer();
    const page = await openPage({ server: server.url });
    server.refusal = { closeCode: 1013, code: 'busy', retryable: true };
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    const recorded = page.evaluate(record, { url: server.url, audio: [...samples] });
    await page.waitForFunction(() => (window as { problems?: string[] }).problems?.includes('buffer_full'));
    server.refusal = undefined;
    const { texts, lostSeconds, problems } = await recorded;
    expect(problems).toEqual(['busy', 'buffer_full']);
    expect(lostSeconds).toBeGreaterThan(1);
    expect(texts.at(-1)).toBe(words.map(textOfWord).at(-1));
    expect(texts.length).toBeLessThan(words.length);
  });
});

/** Records in the page, with little memory. PCM does not wait there while the server is away. */
async function record({ url, audio }: { url: string; audio: readonly number[] }) {
  const { createTranscriber } = window.sdk;
  const transcriber = createTranscriber({ url, bufferMinutes: 0.05 });
  const problems: string[] = [];
  Object.assign(window, { problems });
  transcriber.on('problem', ({ code }) => problems.push(code));
  const pcm = Int16Array.from(audio);
  await transcriber.start(
    (async function* () {
      for (let at = 0; at < pcm.length; at += 1600) {
        yield pcm.subarray(at, at + 1600);
        // As a microphone would, it lets the store do its work in between.
        if (at % 16_000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      Object.assign(window, { stored: pcm.length });
    })(),
  );
  const { segments, lostSeconds } = await transcriber.stop();
  return { texts: segments.map(({ text }) => text), lostSeconds, problems };
}

/** What a page that died has left. */
async function leaveOrphan(): Promise<void> {
  const request = indexedDB.open('auscult-audio', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('blocks');
  await new Promise((resolve) => (request.onsuccess = resolve));
  const change = request.result.transaction('blocks', 'readwrite');
  change
    .objectStore('blocks')
    .put({ nonce: new Uint8Array(12), sealed: new ArrayBuffer(8) }, ['a dead page', 0]);
  await new Promise((resolve) => (change.oncomplete = resolve));
  request.result.close();
}

/** How many blocks are stored, and whether any can be read as it is. */
async function lookInside(): Promise<{ readonly count: number; readonly plain: boolean }> {
  const request = indexedDB.open('auscult-audio', 1);
  await new Promise((resolve) => (request.onsuccess = resolve));
  const all = request.result.transaction('blocks').objectStore('blocks').getAll();
  await new Promise((resolve) => (all.onsuccess = resolve));
  request.result.close();
  const records = all.result as { sealed: ArrayBuffer }[];
  // Of spelled audio, most neighbours are alike; of sealed audio, hardly any.
  const isPlain = ({ sealed }: { sealed: ArrayBuffer }): boolean => {
    const values = new Int16Array(sealed.slice(0, sealed.byteLength - (sealed.byteLength % 2)));
    return values.filter((value, index) => value === values[index + 1]).length > values.length / 2;
  };
  return { count: records.length, plain: records.some(isPlain) };
}
