import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import type { AskServer } from '../../src/shared-recording/ask-server.js';
import { createRecordTexts } from '../../src/record/record-texts.js';
import { segmentOf } from '../transcript/segment-of.js';

const HEARD = segmentOf('No known allergies. Give 50 mg.');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  return () => vi.useRealTimers();
});

test('a text that somebody else has written is never replaced unseen, whatever fails', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('correct'), text: fc.constantFrom('Give 15 mg.', 'None.', HEARD.text) }),
    fc.record({ kind: fc.constant('other'), text: fc.constantFrom('Give 16 mg.', 'No allergies.') }),
    fc.record({ kind: fc.constantFrom('send again', 'take theirs', 'go on'), text: fc.constant('') }),
  );
  const fault = fc.constantFrom<Fault>('none', 'none', 'refused', 'away', 'answer lost');
  await fc.assert(
    fc.asyncProperty(fc.array(step), fc.array(fault), async (steps, faults) => {
      const record = keptRecord(faults);
      const seen = new Set([HEARD.text]);
      const saved: string[] = [];
      const texts = createRecordTexts(record.ask, {
        onChange: () => undefined,
        onSaved: ({ text }) => saved.push(text),
        onUnsaved: () => undefined,
      });
      let wanted: string | undefined;
      for (const { kind, text } of steps) {
        const state = texts.stateOf('final');
        if (kind === 'other') record.write(text, 'other');
        if (kind === 'correct') {
          wanted = text;
          seen.add(text);
          texts.send('final', { segment: HEARD, place: { sessionId: 'a', sequence: 0 }, text });
        }
        if (kind === 'send again' || kind === 'take theirs') {
          if (state?.kind === 'changed') seen.add(state.theirs);
          if (kind === 'send again') texts.sendAgain('final');
          else wanted = texts.takeTheirs('final') ?? wanted;
        }
        if (kind === 'go on') await vi.advanceTimersByTimeAsync(MINUTES_MS);
      }
      await vi.advanceTimersByTimeAsync(MINUTES_MS);
      record.versions.forEach(({ by }, index) => {
        if (by === 'me') expect(seen).toContain(record.versions[index - 1]?.text);
      });
      // Whatever is not in the record is said not to be.
      if (wanted !== undefined && texts.stateOf('final') === undefined)
        expect(record.versions.map(({ text }) => text)).toContain(wanted);
      expect(saved.every((text) => record.versions.some((version) => version.text === text))).toBe(true);
    }),
  );
});

test('a final that the speaker takes back is not corrected any more', async () => {
  const record = keptRecord(['away']);
  const texts = createRecordTexts(record.ask, {
    onChange: () => undefined,
    onSaved: () => undefined,
    onUnsaved: () => undefined,
  });
  texts.send('final', { segment: HEARD, place: { sessionId: 'a', sequence: 0 }, text: 'None.' });
  await vi.advanceTimersByTimeAsync(1);
  expect(texts.stateOf('final')).toEqual({ kind: 'waiting' });
  texts.forget('final');
  await vi.advanceTimersByTimeAsync(MINUTES_MS);
  expect(record.versions).toHaveLength(1);
});

/** Longer than a server that is away is asked again. */
const MINUTES_MS = 120_000;

/** What becomes of a request. */
type Fault = 'none' | 'refused' | 'away' | 'answer lost';

/** A record with one final, at a server whose requests fail in this order, and no more after that. */
function keptRecord(faults: readonly Fault[]) {
  const left = [...faults];
  const versions = [{ text: HEARD.text, by: 'heard' }];

  function answer(init: RequestInit | undefined): Response {
    if (!init?.body) {
      const told = versions.map(({ text }, at) => ({ version: at + 1, text, channel: 0, sequence: 0 }));
      return Response.json({ kind: 'live', segments: [{ place: 4, versions: told }] });
    }
    const { version, text } = JSON.parse(init.body as string) as { version: number; text: string };
    if (version !== versions.length) return refusal('record_changed', 409);
    versions.push({ text, by: 'me' });
    return Response.json({ version: versions.length }, { status: 201 });
  }

  const ask: AskServer = (_path, init) => {
    const fault = left.shift() ?? 'none';
    if (fault === 'refused') return Promise.resolve(refusal('forbidden', 403));
    if (fault === 'away') return Promise.reject(new TypeError('there is no network'));
    const answered = answer(init);
    return fault === 'none'
      ? Promise.resolve(answered)
      : Promise.reject(new TypeError('the network is gone'));
  };
  return {
    ask,
    versions,
    write: (text: string, by: string) => {
      versions.push({ text, by });
    },
  };
}

function refusal(code: string, status: number): Response {
  return Response.json({ error: { code, message: 'No.', retryable: false } }, { status });
}
