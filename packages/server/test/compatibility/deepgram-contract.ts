import { expect } from 'vitest';

/** The parts of a message of a live session that tests look at. */
export interface DeepgramMessage {
  readonly type: string;
  readonly start?: number;
  readonly duration?: number;
  readonly is_final?: boolean;
  readonly speech_final?: boolean;
  readonly from_finalize?: boolean;
  readonly channel_index?: readonly number[];
  readonly channel?: { readonly alternatives: readonly { readonly transcript: string }[] };
}

const seconds = expect.any(Number) as number;
const text = expect.any(String) as string;
const flag = expect.any(Boolean) as boolean;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const uuid = expect.stringMatching(UUID) as string;

/** The fields that LiveKit, Pipecat and the SDKs read, for each type of message. */
const contracts: Readonly<Record<string, object>> = {
  Results: {
    type: 'Results',
    channel_index: [seconds, seconds],
    start: seconds,
    duration: seconds,
    is_final: flag,
    speech_final: flag,
    from_finalize: flag,
    channel: {
      alternatives: [{ transcript: text, confidence: seconds, words: expect.any(Array) as unknown[] }],
    },
    metadata: { request_id: uuid, model_info: { name: text, version: text, arch: text }, model_uuid: uuid },
  },
  SpeechStarted: { type: 'SpeechStarted', channel: [seconds, seconds], timestamp: seconds },
  UtteranceEnd: { type: 'UtteranceEnd', channel: [seconds, seconds], last_word_end: seconds },
  Metadata: {
    type: 'Metadata',
    transaction_key: 'deprecated',
    request_id: uuid,
    sha256: expect.stringMatching(/^[\da-f]{64}$/) as string,
    created: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    duration: seconds,
    channels: seconds,
    models: [uuid],
    model_info: expect.any(Object) as object,
    warnings: expect.any(Array) as unknown[],
  },
  Error: { type: 'Error', variant: 'SchemaError', description: text },
  ConfigureSuccess: { type: 'ConfigureSuccess', request_id: uuid },
  ConfigureFailure: { type: 'ConfigureFailure', request_id: uuid, code: text, description: text },
};

/** Fails unless a message has every field that clients read, and no `null`. */
export function expectContract(message: unknown): void {
  const { type } = message as DeepgramMessage;
  expect(message).toMatchObject(contracts[type] ?? { type: 'a known one' });
  expect(JSON.stringify(message)).not.toContain('null');
}

/** The transcript of a message of the type `Results`. */
export function transcriptIn({ channel }: DeepgramMessage): string {
  return channel?.alternatives[0]?.transcript ?? '';
}

/** What a message says, in short: `final: No chest pain.` */
export function inShort(message: DeepgramMessage): string {
  if (message.type !== 'Results') return message.type;
  const kind = [
    message.is_final === true ? 'final' : 'interim',
    ...(message.speech_final === true ? ['pause'] : []),
    ...(message.from_finalize === true ? ['finalized'] : []),
  ].join(' ');
  return `${kind}: ${transcriptIn(message)}`;
}
