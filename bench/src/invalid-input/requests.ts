import { readCorpus } from '../../../fuzz/dist/engine/corpus-files.js';
import type { Random } from '../../../fuzz/dist/engine/random.js';
import { connect, PATIENCE_MS } from './client-socket.js';
import type { InputKind, InputScene, Outcome } from './input-kind.js';
import {
  mutateBytes,
  mutatedMessage,
  mutatedRecording,
  oggRecordings,
  webmRecordings,
} from './mutated-inputs.js';
import { outcomeOf, outcomeOfStatus } from './outcomes.js';

/** One request that is made of random choices. */
interface MutatedRequest {
  readonly path: string;
  readonly body: Buffer;
  readonly contentType: string;
}

/** One mutated request at a time. */
function requestsOf(share: number, make: (random: Random) => MutatedRequest): InputKind {
  return {
    share,
    lanes: 3,
    send: async function* (scene) {
      yield await post(scene, make(scene.random));
    },
  };
}

async function post({ httpUrl, key }: InputScene, request: MutatedRequest): Promise<Outcome> {
  try {
    const response = await fetch(httpUrl + request.path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': request.contentType },
      body: request.body as Buffer<ArrayBuffer>,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.arrayBuffer();
    return outcomeOfStatus(response.status);
  } catch (error) {
    return { fate: 'failed', how: `no answer: ${causeOf(error)}` };
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause = error } = error as { readonly cause?: NodeJS.ErrnoException };
  return ('code' in cause && typeof cause.code === 'string' ? cause.code : undefined) ?? error.name;
}

const recordings = [...webmRecordings(), ...oggRecordings()];

/** Mutated recordings as the body, for clients of Deepgram. */
export const deepgramUploads = requestsOf(0.2, (random) => ({
  path: '/v1/listen?model=nova-3',
  body: mutatedRecording(recordings, random),
  contentType: 'audio/webm',
}));

/** Mutated recordings in a form that is right, for clients of OpenAI. */
export const openAiUploads = requestsOf(0.2, (random) => ({
  path: '/v1/audio/transcriptions',
  body: Buffer.concat([FORM_HEAD, mutatedRecording(recordings, random), FORM_END]),
  contentType: `multipart/form-data; boundary=${BOUNDARY}`,
}));

const BOUNDARY = 'zorblax';
const FORM_HEAD = Buffer.from(
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n`,
);
const FORM_END = Buffer.from(
  `\r\n--${BOUNDARY}\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--${BOUNDARY}--\r\n`,
);

/** Forms, each with its boundary on the first line. */
const forms = readCorpus('openai-forms').filter(({ length }) => length > 0);

/** Mutated forms. */
export const openAiForms = requestsOf(1, (random) => {
  const form = random.pick(forms) ?? Buffer.alloc(0);
  const end = form.indexOf('\n');
  const boundary = form
    .subarray(0, Math.max(0, end))
    .toString('latin1')
    .replaceAll(/[^\x21-\x7e]/gu, '');
  return {
    path: random.chance(0.8) ? '/v1/audio/transcriptions' : '/v1/audio/translations',
    body: mutateBytes(form.subarray(end + 1), forms, random),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
});

const orders = [
  '{"expires_after":{"anchor":"created_at","seconds":60},"session":{"type":"transcription","audio":{"input":{"format":{"type":"audio/pcm","rate":24000},"transcription":{"model":"whisper-1","language":"en"}}}}}',
  '{"ttl_seconds":30}',
  '{}',
];
const ORDER_PATHS = ['/v1/realtime/client_secrets', '/v1/realtime/transcription_sessions', '/v1/auth/grant'];

/** Mutated orders for client secrets and tokens. */
export const secretOrders = requestsOf(5, (random) => ({
  path: random.pick(ORDER_PATHS) ?? '',
  body: mutatedMessage(orders, random),
  contentType: 'application/json',
}));

const queries = readCorpus('deepgram-queries').filter(({ length }) => length > 0);

/** Mutated queries of live clients of Deepgram, who then leave. */
export const deepgramQueries: InputKind = {
  share: 2.5,
  lanes: 6,
  send: async function* ({ httpUrl, key, random }) {
    const query = mutateBytes(random.pick(queries) ?? Buffer.alloc(0), queries, random)
      .toString('latin1')
      .replaceAll(/[^\x21-\x7e]|#/gu, '')
      .slice(0, LONGEST_QUERY);
    const socket = connect({ url: `${httpUrl.replace('http', 'ws')}/v1/listen?${query}`, key });
    const answer = socket.answer(({ type }) => type === 'Metadata');
    socket.send('{"type":"CloseStream"}');
    const what = await answer;
    socket.close();
    yield outcomeOf(what);
  },
};

/** Characters; Node refuses heads of more than 16 KiB. */
const LONGEST_QUERY = 8192;
