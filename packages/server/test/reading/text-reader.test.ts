import { listKeyTerms } from '@auscult/asr';
import { afterAll, describe, expect, test } from 'vitest';
import { LOCAL_IDENTITY } from '../../src/access/identity.js';
import { readKeyTerms, readMessage, type MessageReading } from '../../src/reading/client-text.js';
import { doReading } from '../../src/reading/do-reading.js';
import { readAudioMessage } from '../../src/reading/read-audio-message.js';
import { createTextReader } from '../../src/reading/text-reader.js';

const reader = createTextReader();
afterAll(() => {
  reader.close();
});

const padding = ' '.repeat(5000);
const terms = JSON.stringify(Array.from({ length: 3000 }, (_, number) => `term${number}`));

describe('reading on the thread gives the same as reading at once', () => {
  test.each([
    `{"type":"configure","keyterms":${terms}}`,
    `{"type":"configure","keyterms":${terms},"words":7}`,
    `{"type":"stop"${padding}}`,
    `{"sampleRate":16000,${padding}"type":"audio","data":"AAAA"}`,
    `{"type":"stop"${padding}`,
    '['.repeat(10_000),
  ])('message %#', async (text) => {
    const reading = reader.message(LOCAL_IDENTITY, Buffer.from(text));
    expect(reading).toBeInstanceOf(Promise);
    expect(plain(await reading)).toEqual(plain(readMessage(Buffer.from(text))));
  });

  test('key terms', async () => {
    expect(await reader.keyTerms(LOCAL_IDENTITY, terms)).toEqual(readKeyTerms(terms));
    const wrong = terms.replace('"term7"', '7');
    expect(await reader.keyTerms(LOCAL_IDENTITY, wrong)).toMatchObject({ details: { field: 'keyterms[7]' } });
    const sent = { count: 3000, json: terms };
    const shared = listKeyTerms([{ text: 'metoprolol' }]);
    const accepted = await reader.accept(LOCAL_IDENTITY, sent, shared, 'en');
    expect(accepted).toEqual(doReading({ kind: 'accept', sent, shared, language: 'en' }));
    expect(accepted.terms.count).toBe(3001);
  });
});

describe('audio in JSON is read at once', () => {
  const data = Buffer.alloc(48_000, 7).toString('base64');
  test.each([
    `{"type":"audio","data":"${data}"}`,
    `{"type":"audio","data":"${data}","sampleRate":16000}`,
    `{ "type": "audio", "sampleRate": 8000, "data": "${data}" }\n`,
  ])('as clients write it, case %#', (text) => {
    const reading = readAudioMessage(Buffer.from(text));
    expect(reading).toEqual(readMessage(Buffer.from(text)));
    expect(reading).toMatchObject({ ok: true });
  });

  test.each([
    `{"type":"configure","data":"${data}"}`,
    `{"type":"audio","data":"${data}","type":"configure"}`,
    `{"type":"audio","data":"${data}","more":[]}`,
    `{"type":"audio","data":["${data}"]}`,
  ])('and nothing else is, case %#', (text) => {
    expect(readAudioMessage(Buffer.from(text))).toBeUndefined();
  });

  test('broken audio is refused', () => {
    for (const broken of ['"', '\\', '*', 'Ā'])
      expect(readAudioMessage(Buffer.from(`{"type":"audio","data":"${data}${broken}"}`))?.ok).not.toBe(true);
  });
});

/** Bytes may come as another kind of array from another thread. */
function plain(reading: MessageReading): unknown {
  if (!reading.ok || reading.message.type !== 'audio') return reading;
  return { ...reading.message, pcm: [...reading.message.pcm] };
}
