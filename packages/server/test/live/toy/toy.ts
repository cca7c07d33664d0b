import type { CreateDialect } from '../../../src/live/dialect.js';
import type { FinalEvent, SessionEvent } from '../../../src/live/events.js';

/**
 * A dialect for tests: binary frames are audio, text frames are words, and answers are lines. Clients are refused by the
 * status of their handshake, set their sample rate in the address, and cannot come back.
 */
export const createToy: CreateDialect = () => ({
  name: 'toy',
  paths: ['/toy', '/toy/too'],
  connect: ({ query: { rate = '16000', language }, offered }) => {
    const sampleRate = Number(rate);
    if (!(sampleRate >= 8000 && sampleRate <= 48_000))
      return { kind: 'invalid', refusal: { code: 'invalid_request', details: { field: 'rate' } } };
    return {
      kind: 'open',
      subprotocol: offered.find((protocol) => protocol === 'toy'),
      change: { sampleRate, ...(typeof language === 'string' && { language }) },
      converse: ({ model }) => ({
        read: (frame, isBinary) => {
          if (isBinary) return { kind: 'audio', pcm: frame, sampleRate: undefined };
          const word = frame.toString();
          if (word === 'cut') return { kind: 'finalize' };
          if (word === 'bye') return { kind: 'end' };
          const [, asked] = /^rate (\d+)$/.exec(word) ?? [];
          if (asked !== undefined)
            return {
              kind: 'configure',
              change: { sampleRate: Number(asked) },
              keyterms: undefined,
              midstream: true,
            };
          const problem = { code: 'unknown_type', message: 'cut or bye', retryable: false } as const;
          return { kind: 'unreadable', problem };
        },
        write: (event) => linesOf(event, model),
        close: (why) => ({ code: why === 'done' ? 1000 : 4000, reason: why }),
        isResumable: () => false,
      }),
    };
  },
  refusing: {
    kind: 'by-status',
    answer: ({ code, details, retryAfterSeconds }) => ({
      status: code === 'invalid_request' ? 400 : code === 'unauthenticated' ? 401 : 503,
      headers: {
        'toy-error': details?.field ?? code,
        ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      },
      body: { toy: code },
    }),
  },
});

function linesOf(event: SessionEvent, model: string): readonly string[] {
  switch (event.kind) {
    case 'configured':
      return [`rate ${event.setup.settings.sampleRate}`];
    case 'opened':
      return [`model ${model}`, `rate ${event.setup.settings.sampleRate}`];
    case 'final':
      return [finalLine(event.hypothesis)];
    case 'empty':
      return [`empty ${event.utterance.reason}`];
    case 'finalized':
      return [`cut ${event.at}`];
    case 'stopped':
      return [`total ${event.totals.finals}`];
    case 'error':
      return [`error ${event.problem.code}`];
    default:
      return [];
  }
}

function finalLine({ reason, text, sequence, start, end, words }: FinalEvent['hypothesis']): string {
  const first = words[0]?.start ?? NaN;
  return `final ${reason} ${text} (${sequence}: ${start}-${end}, words from ${first})`;
}
