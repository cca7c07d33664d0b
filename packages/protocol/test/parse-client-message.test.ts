import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '../src/error-codes.js';
import { parseClientMessage, type ParsedClientMessage } from '../src/parse-client-message.js';
import { errorMessage, type ErrorMessage } from '../src/server-messages.js';
import { anyClientMessage } from './client-message-arbitrary.js';

describe('messages of clients that know audio and stop only', () => {
  test('audio without a sample rate', () => {
    expect(accept('{"type":"audio","data":"AQD/fw=="}')).toEqual({
      type: 'audio',
      pcm: Buffer.from([1, 0, 255, 127]),
    });
  });

  test('audio with a sample rate and unknown fields', () => {
    const message = accept('{"type":"audio","data":"","sampleRate":44100,"id":7}');
    expect(message).toEqual({ type: 'audio', pcm: Buffer.alloc(0), sampleRate: 44_100 });
  });

  test('stop', () => {
    expect(accept(' {"type":"stop"}\n')).toEqual({ type: 'stop' });
  });
});

describe('bad messages', () => {
  test.each([
    ['malformed_json', undefined, ''],
    ['malformed_json', undefined, 'hello'],
    ['malformed_json', undefined, '{"type":"stop"'],
    ['too_deeply_nested', undefined, '['.repeat(200_000)],
    ['too_deeply_nested', undefined, `{"type":"stop","more":${'{"a":'.repeat(16)}0${'}'.repeat(17)}`],
    ['object_expected', undefined, '['.repeat(16) + ']'.repeat(16)],
    ['object_expected', undefined, '"stop"'],
    ['object_expected', undefined, 'null'],
    ['object_expected', undefined, '[{"type":"stop"}]'],
    ['unknown_type', 'type', '{}'],
    ['unknown_type', 'type', '{"type":null}'],
    ['unknown_type', 'type', '{"type":"Stop"}'],
    ['unknown_type', 'type', '{"type":"toString"}'],
    ['unknown_type', 'type', '{"type":"__proto__"}'],
    ['unknown_type', 'type', '{"__proto__":{"type":"stop"}}'],
    ['invalid_message', 'data', '{"type":"audio"}'],
    ['invalid_message', 'data', '{"type":"audio","data":[1,2]}'],
    ['invalid_message', 'sampleRate', '{"type":"audio","data":"","sampleRate":"16000"}'],
    ['sample_rate_out_of_range', 'sampleRate', '{"type":"audio","data":"","sampleRate":7999}'],
    ['sample_rate_out_of_range', 'sampleRate', '{"type":"audio","data":"","sampleRate":48001}'],
    ['sample_rate_out_of_range', 'sampleRate', '{"type":"audio","data":"","sampleRate":16000.5}'],
    ['sample_rate_out_of_range', 'sampleRate', '{"type":"configure","sampleRate":0}'],
    ['invalid_message', 'configure', '{"type":"configure","sample_rate":16000}'],
    ['invalid_message', 'encoding', '{"type":"configure","encoding":"gsm"}'],
    ['invalid_message', 'channels', '{"type":"configure","channels":3}'],
    ['invalid_message', 'endpointing', '{"type":"configure","endpointing":{"silence":1}}'],
    ['invalid_message', 'endpointing.silenceMs', '{"type":"configure","endpointing":{"silenceMs":199}}'],
    ['invalid_message', 'configure', '{"type":"configure","keyTerms":["metoprolol"]}'],
    ['invalid_message', 'keyterms', '{"type":"configure","keyterms":"metoprolol"}'],
    ['invalid_message', 'keyterms', configureWith(Array(5_001).fill('a'))],
    ['invalid_message', 'keyterms', configureWith(Array(100_000).fill(0))],
    ['invalid_message', 'keyterms[1]', configureWith(['a', ''])],
    ['invalid_message', 'keyterms[1]', configureWith(['a', 7])],
    ['invalid_message', 'keyterms[0]', configureWith([null])],
    ['invalid_message', 'keyterms[0]', configureWith(['a'.repeat(101)])],
    ['invalid_message', 'keyterms[0]', configureWith(['a b c d e f g h i'])],
    ['invalid_message', 'keyterms[0].text', configureWith([{ text: 'a'.repeat(500) }])],
    ['invalid_message', 'keyterms[0].text', configureWith([{ weight: 1 }])],
    ['invalid_message', 'keyterms[1].weight', configureWith(['a', { text: 'b', weight: 9 }])],
    ['invalid_message', 'keyterms[1].weight', configureWith(['a', { text: 'b', weight: '1' }])],
    ['invalid_message', 'keyterms[0].soundsLike', configureWith([{ text: 'b', soundsLike: 'c' }])],
    [
      'invalid_message',
      'keyterms[0].soundsLike',
      configureWith([{ text: 'b', soundsLike: Array(9).fill('c') }]),
    ],
    [
      'invalid_message',
      'keyterms[1].soundsLike',
      configureWith(['a', { text: 'b', soundsLike: Array(100_000).fill(0) }]),
    ],
    ['invalid_message', 'keyterms[2]', configureWith(['a', 'b', ...Array(4_998).fill('')])],
    [
      'invalid_message',
      'next',
      `{"type":"resume","sessionId":"a","token":"b","next":${JSON.stringify(Array(3).fill('c'))}}`,
    ],
    ['invalid_message', 'keyterms[0].soundsLike[1]', configureWith([{ text: 'b', soundsLike: ['c', ''] }])],
    ['invalid_message', 'keyterms[0]', configureWith([{ text: 'b', sounds: 'c' }])],
    ['invalid_message', 'lexicon', '{"type":"configure","lexicon":"legal"}'],
  ])('%s at %s, case %#', (code, field, text) => {
    expect(refuse(text)).toMatchObject(field === undefined ? { code } : { code, field });
  });

  test('an error names the field, what is allowed and the remedy', () => {
    expect(refuse('{"type":"configure","endpointing":{"silenceMs":9}}')).toEqual({
      type: 'error',
      code: 'invalid_message',
      field: 'endpointing.silenceMs',
      limit: 'a whole number from 200 to 3000',
      message:
        'endpointing.silenceMs: The value is missing or not allowed. Allowed: a whole number from 200 to 3000. ' +
        'Correct it and send the message again.',
      retryable: false,
    });
  });

  test.each([
    [
      'a list',
      Array(5_001).fill('a'),
      'a list of at most 5000 items, each text of 1 to 100 characters and at most 8 words',
    ],
    ['a term', ['a b c d e f g h i'], 'text of 1 to 100 characters and at most 8 words, or an object'],
    ['a weight', [{ text: 'a', weight: 0 }], 'a number from 0.1 to 3'],
    ['ways to say it', [{ text: 'a', soundsLike: Array(9).fill('a') }], 'a list of at most 8 items'],
  ])('an error names the limit of %s of key terms', (_, keyterms, limit) => {
    expect(refuse(configureWith(keyterms)).limit).toContain(limit);
  });

  test.each([
    ['padding left out', 'AAA'],
    ['one character', 'A'],
    ['the URL alphabet', 'AA-_'],
    ['white space', 'AAAA\nAAA'],
    ['a line break every 76 characters', `${'A'.repeat(76)}\r\n\r\n`],
    ['padding in the middle', 'AA==AAAA'],
    ['padding alone', '===='],
    ['stray bits', 'AB=='],
    ['characters whose low byte is in the alphabet', 'ŁŁŁŁ'],
    ['a data URL', 'data:audio/pcm;base64,AAAA'],
  ])('base64 with %s', (_, data) => {
    expect(refuse(JSON.stringify({ type: 'audio', data }))).toMatchObject({
      code: 'invalid_base64',
      field: 'data',
    });
  });
});

describe('any input', () => {
  test('a valid message is parsed to what was sent', () => {
    fc.assert(
      fc.property(anyClientMessage, (message) => {
        expect(encode(accept(JSON.stringify(message)))).toEqual(message);
      }),
    );
  });

  test('any text gives a message or an error of the table', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expectMessageOrError(text);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a valid message with a field replaced gives a message or an error of the table', () => {
    const field = fc.constantFrom('type', 'data', 'sampleRate', 'channels', 'endpointing', 'keyTerms', 'x');
    fc.assert(
      fc.property(anyClientMessage, field, fc.jsonValue(), (message, key, value) => {
        expectMessageOrError(JSON.stringify({ ...message, [key]: value }));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a valid message with characters replaced gives a message or an error of the table', () => {
    fc.assert(
      fc.property(anyClientMessage, fc.nat(), fc.string({ unit: 'binary' }), (message, at, noise) => {
        const text = JSON.stringify(message);
        const cut = at % text.length;
        expectMessageOrError(text.slice(0, cut) + noise + text.slice(cut + noise.length));
      }),
      { numRuns: 2_000 },
    );
  });

  test('an error repeats nothing of the input', () => {
    const secret = 'mitral regurgitation';
    const holder = fc.oneof(
      fc.constant(secret),
      fc.constant([secret]),
      fc.dictionary(fc.constantFrom(secret, 'silenceMs', 'maxUtteranceSeconds'), fc.constant(secret)),
    );
    const key = fc.constantFrom('type', 'data', 'sampleRate', 'language', 'endpointing', 'keyTerms', secret);
    fc.assert(
      fc.property(anyClientMessage, key, holder, fc.nat(200), (message, name, value, length) => {
        const text = JSON.stringify({ [name]: value, ...message, ...(name in message && { [name]: value }) });
        for (const input of [text, text.slice(0, length), secret]) {
          const result = parseClientMessage(input);
          if (!result.ok) expect(JSON.stringify(result.error)).not.toContain(secret);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

function accept(text: string): ParsedClientMessage {
  const result = parseClientMessage(text);
  if (!result.ok) throw new Error(`refused with ${result.error.code}`);
  return result.message;
}

function refuse(text: string): ErrorMessage {
  const result = parseClientMessage(text);
  if (result.ok) throw new Error('accepted');
  return result.error;
}

function configureWith(keyterms: unknown): string {
  return JSON.stringify({ type: 'configure', keyterms });
}

function expectMessageOrError(text: string): void {
  const result = parseClientMessage(text);
  if (result.ok) return;
  expect(errorCodes).toContain(result.error.code);
  expect(errorMessage.parse(result.error)).toEqual(result.error);
}

function encode(message: ParsedClientMessage): unknown {
  if (message.type !== 'audio') return message;
  const { pcm, ...rest } = message;
  return JSON.parse(JSON.stringify({ ...rest, data: Buffer.from(pcm).toString('base64') }));
}
