import { z } from 'zod';
import { MOST_CHANNELS } from '../containers/container.js';
import { FAILURE_CODES } from './messages.js';

// What the server accepts from a decoder, which it does not trust beyond these schemas.

const count = z.int().min(0);

export const readRange = z.strictObject({ start: count, end: count });
export type ReadRange = z.output<typeof readRange>;

export const openedRecording = z.strictObject({
  durationSeconds: z.number().min(0).optional(),
  sampleRate: z.int().min(1).max(1_000_000),
  tracks: z.int().min(1).max(64),
  channels: z.int().min(1).max(1_024),
});
export type OpenedRecording = z.output<typeof openedRecording>;

/** A sentence of this package, which quotes nothing from a recording. */
const sentence = z.string().max(1_000);

export const decodingFailure = z.strictObject({
  code: z.enum(FAILURE_CODES),
  message: sentence,
  remedy: sentence,
});
export type DecodingFailure = z.output<typeof decodingFailure>;

export const decodingEnd = z.strictObject({ damage: decodingFailure.optional() });
export type DecodingEnd = z.output<typeof decodingEnd>;

/** The number of the program among those that the decoder has asked for, and what it is for. */
export const ffmpegQuestion = z.strictObject({
  process: count,
  job: z.union([
    z.strictObject({ program: z.literal('ffprobe') }),
    z.strictObject({
      program: z.literal('ffmpeg'),
      live: z.strictObject({ channels: z.int().min(1).max(MOST_CHANNELS) }),
    }),
    z.strictObject({
      program: z.literal('ffmpeg'),
      track: z.union([count.max(100_000), z.literal('first')]),
      channels: z.int().min(1).max(MOST_CHANNELS),
      tellsTracks: z.boolean(),
    }),
  ]),
});
export type FfmpegQuestion = z.output<typeof ffmpegQuestion>;

/** Reads a message as JSON. Throws if it does not match the schema. */
export function parsePayload<Schema extends z.ZodType>(schema: Schema, payload: Buffer): z.output<Schema> {
  if (payload.length > MOST_JSON_BYTES) throw new RangeError('a message is too long');
  return schema.parse(JSON.parse(payload.toString('utf8')));
}

const MOST_JSON_BYTES = 8_192;
