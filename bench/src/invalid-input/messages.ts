import type { Random } from '../../../fuzz/dist/engine/random.js';
import { connect, type Message } from './client-socket.js';
import type { InputKind, InputScene } from './input-kind.js';
import { mutatedMessage } from './mutated-inputs.js';
import { outcomeOf } from './outcomes.js';

/** How messages of one protocol are sent, and how a client sees that the server has read them. */
interface Protocol {
  readonly path: string;
  readonly subprotocol?: string;
  /** Inputs that are sent without waiting for an answer. */
  readonly atOnce: number;
  /** Messages of which mutated ones are made. */
  readonly messages: readonly string[];
  /** A message that is always answered; it is sent after each input. */
  readonly question: (number: number) => string;
  readonly isAnswer: (message: Message, number: number) => boolean;
}

/** Inputs over one connection, most of which end sooner. */
const MOST_OVER_ONE = 400;

/** Some are sent as binary frames, which are audio to most. */
const BINARY = 0.03;

/** Mutated messages over a connection that goes on as long as the server lets it. */
function messagesOf(protocol: Protocol): InputKind['send'] {
  return async function* ({ httpUrl, key, random }: InputScene) {
    const socket = connect({ url: httpUrl.replace('http', 'ws') + protocol.path, key, ...protocol });
    try {
      for (let first = 1; first <= MOST_OVER_ONE; first += protocol.atOnce) {
        const end = first + protocol.atOnce;
        let next = first;
        const answer = socket.answer((message) => {
          if (protocol.isAnswer(message, next)) next += 1;
          return next === end;
        });
        for (let number = first; number < end; number++) {
          socket.send(mutatedMessage(protocol.messages, random), random.chance(BINARY));
          socket.send(protocol.question(number));
        }
        const what = await answer;
        for (let number = first; number < next; number++) yield { fate: 'answered', how: 'message' };
        if (next === end) continue;
        // This one has ended the connection; those after it were not read.
        yield outcomeOf(what);
        return;
      }
    } finally {
      socket.close();
    }
  };
}

const json = (messages: readonly object[]): readonly string[] => messages.map((one) => JSON.stringify(one));

/** A term of its own for each question, by which its answer is told from others. */
const termOf = (number: number): string => `zorblax ${String(number)}`;

export const auscultMessages: InputKind = {
  share: 22,
  lanes: 3,
  send: messagesOf({
    path: '/ws/transcribe',
    atOnce: 8,
    subprotocol: 'auscult.v1',
    messages: json([
      { type: 'configure', sampleRate: 48_000, encoding: 'f32le', channels: 2, words: true },
      {
        type: 'configure',
        keyterms: ['metoprolol', { text: 'HbA1c', weight: 1.5, soundsLike: ['h b a one c'] }],
      },
      { type: 'configure', encoding: 'container', endpointing: { silenceMs: 300 }, writtenForm: 'on' },
      { type: 'audio', data: 'AAABAAIAAwA=', sampleRate: 16_000 },
      { type: 'keepalive' },
      { type: 'resume', sessionId: '0197a1f0-6c1e-7c50-9d53-5a3b7f4f2c11', token: 'A'.repeat(43), next: [0] },
      { type: 'stop' },
    ]),
    question: () => '{"type":"finalize"}',
    isAnswer: ({ type, state }) => type === 'speech' && state === 'finalized',
  }),
};

export const deepgramMessages: InputKind = {
  share: 24,
  lanes: 2,
  send: messagesOf({
    atOnce: 8,
    path: '/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true&vad_events=true',
    messages: json([
      { type: 'KeepAlive' },
      { type: 'Finalize' },
      { type: 'Finalize', channel: 0 },
      { type: 'Configure', keyterms: ['metoprolol', 'HbA1c'], features: { numerals: true, diarize: true } },
      { type: 'Configure', processors: { redaction: { types: ['pii'] } } },
      { type: 'CloseStream' },
    ]),
    question: (number) => JSON.stringify({ type: 'Configure', keyterms: [termOf(number)] }),
    isAnswer: ({ type, keyterms }, number) =>
      type === 'ConfigureSuccess' && Array.isArray(keyterms) && keyterms[0] === termOf(number),
  }),
};

export const realtimeEvents: InputKind = {
  share: 24,
  lanes: 2,
  send: messagesOf({
    path: '/v1/realtime?intent=transcription',
    atOnce: 8,
    messages: json([
      {
        type: 'session.update',
        event_id: 'e1',
        session: {
          type: 'transcription',
          include: ['item.input_audio_transcription.logprobs'],
          audio: {
            input: {
              format: { type: 'audio/pcm', rate: 16_000 },
              noise_reduction: { type: 'near_field' },
              transcription: { model: 'whisper-1', language: 'en', prompt: 'metoprolol, HbA1c' },
              turn_detection: { type: 'server_vad', threshold: 0.5, silence_duration_ms: 400 },
            },
          },
        },
      },
      { type: 'session.update', session: { input_audio_format: 'g711_ulaw', turn_detection: null } },
      { type: 'input_audio_buffer.append', audio: 'AAABAAIAAwA=' },
      { type: 'input_audio_buffer.commit', event_id: 'e2' },
      { type: 'input_audio_buffer.clear' },
      { type: 'response.create', response: { modalities: ['text'] } },
    ]),
    question: (number) => JSON.stringify({ type: 'nothing', event_id: termOf(number) }),
    isAnswer: ({ type, error }, number) =>
      type === 'error' && (error as { readonly event_id?: unknown }).event_id === termOf(number),
  }),
};

export const voskMessages: InputKind = {
  share: 3,
  lanes: 6,
  send: messagesOf({
    path: '/vosk',
    // Whatever cannot be read ends the session.
    atOnce: 1,
    messages: json([
      {
        config: {
          sample_rate: 16_000,
          words: true,
          phrase_list: ['metoprolol', '[unk]'],
          max_alternatives: 0,
        },
      },
      { config: { sample_rate: 8000.5 } },
      { reset: 1 },
      { eof: 0 },
    ]),
    question: () => '{"reset":1}',
    isAnswer: (message) => 'text' in message,
  }),
};

const greetings = json([
  { uid: 'a', language: 'en', task: 'transcribe', model: 'small', use_vad: true, send_last_n_segments: 10 },
  { uid: 'a', language: null, hotwords: 'metoprolol, HbA1c', initial_prompt: null, word_timestamps: true },
  { uid: 'a', audio_format: 'int16', vad_parameters: {}, known_speakers: [{ name: 'A' }] },
]);

/** The first frame decides everything, so each has a connection of its own, with a little noise behind it. */
export const whisperLiveMessages: InputKind = {
  share: 2,
  lanes: 6,
  send: async function* ({ httpUrl, key, random }) {
    const socket = connect({ url: `${httpUrl.replace('http', 'ws')}/whisper-live`, key });
    const answer = socket.answer(isNeverEnough);
    socket.send(mutatedMessage(greetings, random));
    socket.send(noise(random), true);
    socket.send('END_OF_AUDIO', true);
    const what = await answer;
    socket.close();
    yield outcomeOf(what);
  },
};

/** The server closes the connection in any case. */
function isNeverEnough(): boolean {
  return false;
}

function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.below(2000) }, () => random.below(256)));
}
