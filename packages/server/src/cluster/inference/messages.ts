import {
  keyTermLimits,
  keyTermListName,
  type JobPhases,
  type RecognitionResult,
  type ToHosted,
} from '@auscult/asr';
import { z } from 'zod';
import type { KnownAudio } from './audio-at-machine.js';
import { STREAM_NAME } from './audio-payload.js';
import { createReader, type Reading } from '../read-message.js';

/** Natural logarithms, which may be minus infinity. JSON has no such number. */
const logarithm = z.union([z.number(), z.literal('-Infinity').transform(() => -Infinity)]);
const count = z.int().min(0);
const sample = z.int().min(0);
const name = z.string().min(1).max(128);
const seconds = z.number().min(0);
/** More than any model has. */
const MOST_TEXT_TOKENS = 2 ** 20;

/** The most tokens of a window, and more than any model has positions for. */
const tokens = z.array(count.max(MOST_TEXT_TOKENS)).max(4096);
const id = z.int().min(0);

const job = z.object({
  id,
  priority: z.enum(['final', 'partial', 'background', 'final-beside-crowd']),
  window: name.optional(),
  stream: z.string().regex(STREAM_NAME),
  audio: z
    .object({
      from: sample,
      to: sample,
      silenceAhead: z.int().min(0).max(160_000),
      speed: z.number().min(0.5).max(2),
    })
    .refine(({ from, to }) => from < to && to - from <= MOST_SAMPLES),
  prefix: tokens,
  draft: tokens,
  newSeconds: seconds.max(600),
  keepState: z.boolean(),
  decoding: z.object({
    language: z.string().max(64),
    task: z.enum(['transcribe', 'translate']),
    beams: z.int().min(1).max(10),
    fallback: z.boolean(),
    speaks: z.boolean(),
  }),
  termLists: z.array(name).max(4),
  trace: z.string().max(128).exactOptional(),
});

/** Two minutes, 16 kHz: four times the longest window. */
const MOST_SAMPLES = 120 * 16_000;

/** What a server tells a process of a machine, besides audio. */
const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job'), job }),
  z.object({
    type: z.literal('terms'),
    list: z.object({ name, count, json: z.string() }),
  }),
  z.object({ type: z.literal('forget-terms'), name }),
  /** Gives the process audio that the machine has from another of its processes. */
  z.object({
    type: z.literal('known-audio'),
    known: z
      .object({ stream: z.string().regex(STREAM_NAME), from: sample, to: sample, neededFrom: sample })
      .refine(({ from, to }) => from < to && to - from <= MOST_SAMPLES),
  }),
  z.object({ type: z.literal('forget-audio'), stream: z.string().regex(STREAM_NAME) }),
  z.object({ type: z.literal('forget'), window: name }),
  z.object({ type: z.literal('cancel'), id }),
  z.object({ type: z.literal('promote'), id }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('go-on') }),
]);

/** What a server tells a process of a machine, besides audio, as it is received. */
export type Order = z.output<typeof orderSchema>;

/** A place in the audio of a job, seconds. */
const place = seconds.max(600);
const stretch = z.object({ from: place, to: place });
const span = { firstToken: count, tokens: count, text: z.string().max(10_000) };

const result = z
  .object({
    tokens,
    logProbabilities: z.array(logarithm).max(4096),
    heardAt: z.array(place).max(4096),
    endLogProbability: logarithm,
    stopped: z.enum(['end', 'length', 'repetition']),
    lostIn: stretch.exactOptional(),
    language: z.string().max(64).exactOptional(),
    noSpeech: z.number().exactOptional(),
    surenessBeforeTerms: logarithm.exactOptional(),
    terms: z.array(z.object(span)).max(4096),
    alternatives: z.array(z.object({ ...span, odds: logarithm })).max(4096),
  })
  .check(({ value, issues }) => {
    const wrong = inconsistentPart(value);
    if (wrong !== undefined) issues.push({ code: 'custom', input: value, path: [wrong] });
  });

interface Span {
  readonly firstToken: number;
  readonly tokens: number;
}

/** The part of a result that does not fit its tokens. */
function inconsistentPart(result: {
  readonly tokens: readonly number[];
  readonly logProbabilities: readonly number[];
  readonly heardAt: readonly number[];
  readonly terms: readonly Span[];
  readonly alternatives: readonly Span[];
}): string | undefined {
  const { length } = result.tokens;
  const isWithin = (span: Span) => span.firstToken + span.tokens <= length;
  if (result.logProbabilities.length !== length) return 'logProbabilities';
  if (result.heardAt.length !== length) return 'heardAt';
  if (!result.terms.every(isWithin)) return 'terms';
  return result.alternatives.every(isWithin) ? undefined : 'alternatives';
}

const phases = z.object({ encodeSeconds: seconds, decodeSeconds: seconds, termsSeconds: seconds });

/** What a machine tells of a job. */
const answerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('result'),
    id,
    result,
    runSeconds: seconds,
    phases: phases.exactOptional(),
  }),
  z.object({ type: z.literal('audio-missing'), id }),
  z.object({ type: z.literal('terms-missing'), id }),
  /** The process cannot take the job now. */
  z.object({ type: z.literal('returned'), id }),
  /** The job cannot be done: this part of it is impossible. */
  z.object({ type: z.literal('refused'), id, part: z.string().max(100) }),
  /** The process ended, with its jobs and all that it was sent. */
  z.object({ type: z.literal('ended') }),
]);

/** What a machine tells of a job, or of a process. */
export type Answer = z.output<typeof answerSchema>;

const beatSchema = z.object({
  /** How many jobs the server may have at each process; 0 while it takes none. */
  rooms: z.array(count.max(64)).max(256),
});

/** How much room the processes of a machine have. */
export type Beat = z.output<typeof beatSchema>;

const announcementSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
  instance: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
  protocol: z.int(),
  version: z.string().max(64),
  /** Equal for equal weights. */
  fingerprint: z.string().max(256),
  /** Tokens of its vocabulary that stand for text: those from 0 up to this. */
  textTokens: count.max(MOST_TEXT_TOKENS),
  lexicon: z.enum(['medical', 'none']),
  processes: z.int().min(1).max(256),
  model: z.object({
    name: z.string().max(200),
    family: z.string().max(64),
    languages: z.array(z.string().max(64)).max(200),
    tasks: z.array(z.enum(['transcribe', 'translate'])),
    computeType: z.enum(['int8', 'float16', 'float32']),
    device: z.enum(['cpu', 'cuda']),
  }),
});

/** What a machine says of itself to all servers. */
export type Announcement = z.output<typeof announcementSchema>;

const keyTermsSchema = z
  .array(
    z.strictObject({
      text: z.string().min(1).max(keyTermLimits.characters),
      weight: z.number().min(keyTermLimits.weight.min).max(keyTermLimits.weight.max).optional(),
      soundsLike: z
        .array(z.string().min(1).max(keyTermLimits.characters))
        .max(keyTermLimits.soundsLike)
        .optional(),
    }),
  )
  .max(keyTermLimits.terms);

const refusalSchema = z.object({ reason: z.string().max(200) });

/** Whether a list holds key terms that can be looked for, as many as it says, under the name of its content. */
export function isKeyTermList({ name, count, json }: KeyTermList): boolean {
  if (keyTermListName(json) !== name) return false;
  const read = readKeyTerms(Buffer.from(json));
  return read.ok && read.message.length === count;
}

type KeyTermList = (Order & { readonly type: 'terms' })['list'];

const readKeyTerms = createReader(keyTermsSchema, Infinity);

/** Bytes of most messages; of results, which may hold thousands of tokens; of all but lists of key terms. */
const [SHORT, LONG] = [64 * 1024, 1024 ** 2];

/** Read messages, or tell which part of them is wrong. */
export const readAnswer: (payload: Uint8Array) => Reading<Answer> = createReader(answerSchema, LONG);
export const readBeat: (payload: Uint8Array) => Reading<Beat> = createReader(beatSchema, SHORT);
export const readAnnouncement: (payload: Uint8Array) => Reading<Announcement> = createReader(
  announcementSchema,
  SHORT,
);
export const readRefusal: (payload: Uint8Array) => Reading<{ readonly reason: string }> = createReader(
  refusalSchema,
  SHORT,
);

/** Only a list of key terms may be long, and it says at its beginning that it is one. */
export function readOrder(payload: Uint8Array): Reading<Order> {
  return TERMS.equals(payload.subarray(0, TERMS.length)) ? readLongOrder(payload) : readShortOrder(payload);
}

const TERMS = Buffer.from('{"type":"terms"');
const readLongOrder = createReader(orderSchema, Infinity);
const readShortOrder = createReader(orderSchema, LONG);

/** What can be written: the same, from what the sides have at hand. */
export type WrittenMessage =
  | Exclude<ToHosted, { readonly type: 'audio' }>
  | { readonly type: 'known-audio'; readonly known: KnownAudio }
  | Exclude<Answer, { readonly type: 'result' }>
  | {
      readonly type: 'result';
      readonly id: number;
      readonly result: RecognitionResult;
      readonly runSeconds: number;
      readonly phases?: JobPhases;
    }
  | { readonly rooms: readonly number[] }
  | { readonly reason: string }
  | Announcement;

/** Writes a message. */
export function writeMessage(message: WrittenMessage): Uint8Array {
  return Buffer.from(
    JSON.stringify(message, (_, value: unknown) => (value === -Infinity ? '-Infinity' : value)),
  );
}
