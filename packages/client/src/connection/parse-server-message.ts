import type { ServerMessage } from '@auscult/protocol';

type Fields = Readonly<Record<string, unknown>>;
type Check = (fields: Fields) => boolean;

/**
 * Reads a frame of the server; `undefined` if it is no message, is of an unknown type, or lacks a field that is used
 * here. Newer servers may send more, and nothing that a server sends may break a page.
 */
export function parseServerMessage(frame: unknown): ServerMessage | undefined {
  if (typeof frame !== 'string') return undefined;
  const fields = parseObject(frame);
  if (fields === undefined || typeof fields['type'] !== 'string') return undefined;
  const isWhole =
    Object.hasOwn(checks, fields['type']) && checks[fields['type'] as keyof typeof checks](fields);
  return isWhole ? (fields as unknown as ServerMessage) : undefined;
}

function parseObject(frame: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(frame);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isTextIfAny = (value: unknown): boolean => value === undefined || isText(value);
const isPlace = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && isPlace(value);
const isChannel = (value: unknown): boolean => value === undefined || value === 0 || value === 1;
const isListOf = (value: unknown, check: Check): boolean =>
  Array.isArray(value) && value.every((item) => isObject(item) && check(item));

const isListOfCounts = (value: unknown): boolean => Array.isArray(value) && value.every(isCount);

const isSpan: Check = (fields) =>
  isText(fields['text']) &&
  isTextIfAny(fields['spoken']) &&
  isPlace(fields['start']) &&
  isPlace(fields['end']) &&
  isPlace(fields['confidence']) &&
  isChannel(fields['channel']);

const isAlternative: Check = (fields) => isText(fields['text']) && isPlace(fields['confidence']);

const isWord: Check = (fields) =>
  isSpan(fields) && (fields['alternatives'] === undefined || isListOf(fields['alternatives'], isAlternative));

const isRevision: Check = ({ sequence, channel, words, speaker }) =>
  isCount(sequence) && isChannel(channel) && isListOfCounts(words) && isCount(speaker);

const checks: Readonly<Record<ServerMessage['type'], Check>> = {
  connection: () => true,
  transcription: (fields) =>
    isSpan(fields) &&
    isCount(fields['sequence']) &&
    typeof fields['isFinal'] === 'boolean' &&
    (fields['removes'] === undefined || isListOfCounts(fields['removes'])) &&
    (fields['words'] === undefined || isListOf(fields['words'], isWord)),
  command: (fields) =>
    isSpan(fields) &&
    isCount(fields['sequence']) &&
    isTextIfAny(fields['id']) &&
    isText(fields['phrase']) &&
    isObject(fields['variables']) &&
    Object.values(fields['variables']).every(isText),
  error: (fields) => isText(fields['code']) && isText(fields['message']),
  ready: (fields) =>
    isText(fields['sessionId']) &&
    isObject(fields['limits']) &&
    isCount(fields['limits']['maxFrameBytes']) &&
    (fields['resume'] === undefined || (isObject(fields['resume']) && isText(fields['resume']['token']))),
  resumed: (fields) => isCount(fields['receivedSamples']),
  acknowledged: (fields) => isCount(fields['receivedSamples']) && isPlace(fields['settledSeconds']),
  speech: (fields) => isText(fields['state']) && isPlace(fields['at']) && isChannel(fields['channel']),
  stopped: (fields) => isPlace(fields['audioSeconds']),
  refined: (fields) => isText(fields['text']) && isListOf(fields['segments'], isSpan),
  warning: (fields) => isText(fields['code']) && isText(fields['message']),
  dropped: (fields) =>
    isText(fields['reason']) &&
    isText(fields['message']) &&
    isCount(fields['sequence']) &&
    isPlace(fields['start']) &&
    isPlace(fields['end']) &&
    isChannel(fields['channel']),
  speakers: (fields) =>
    isListOf(fields['revised'], isRevision) &&
    isListOf(fields['speakers'], ({ speaker }) => isCount(speaker)) &&
    isPlace(fields['settledSeconds']),
};
