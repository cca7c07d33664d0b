import { randomUUID } from 'node:crypto';
import { decodePcm, encodePcm, SAMPLE_RATE, type KeyTermList, type Recognizer } from '@auscult/asr';
import { recordingSettings, type SessionSettings, type WarningCode } from '@auscult/protocol';
import type { Ownership } from '../access/identity.js';
import type { Config } from '../config/schema.js';
import { inabilityOf } from '../model-abilities.js';
import { finalRecord } from '../records/final-record.js';
import type { FinalRecord } from '../records/record-content.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import { createSealedFile, type SealedFile } from '../storage/sealed-file.js';
import type { RecordingSource } from '../transcriptions/recording-source.js';
import type { TranscribedSource } from '../transcriptions/transcribe-source.js';
import type { Transcription } from '../transcriptions/transcription.js';
import type { Transcriptions } from '../transcriptions/transcriptions.js';
import { speakersIn } from '../transcripts/by-speaker.js';

/** Keeps the audio of a session, encrypted on disk, for the second pass. */
export interface RefinementSpool {
  /** Keeps 16 kHz audio of a channel, in the order in which it is taken. */
  readonly keep: (channel: number, samples: Float32Array) => void;
  /** Hands over the audio kept since the last call, and returns the id of its transcription; undefined if there is none. */
  readonly finish: () => string | undefined;
}

/** What a spool needs from its session. */
export interface SpoolServices {
  readonly sessionId: string;
  readonly ownership: Ownership;
  readonly config: Config;
  readonly transcriptions: Transcriptions;
  /** The recognizer of the second pass. */
  readonly recognizer: Recognizer;
  readonly settings: SessionSettings;
  readonly keyTerms: KeyTermList;
  /** Audio of the session before that which is kept here, seconds. */
  readonly secondsBefore: number;
  /** The record of the session, which keeps the refined text beside the live one. */
  readonly writer: SessionRecordWriter;
  /** Called when something prevents the second pass. */
  readonly onWarning: (code: WarningCode) => void;
  /** Called when a transcription of audio that was handed over is done, has failed or was cancelled. */
  readonly onEnd: (transcription: Transcription) => void;
}

/** The most audio that waits for the disk, bytes; if there is more, the disk is too slow to be of use. */
const WAITING_BYTES = 8 * 1024 ** 2;

/** The audio that was kept since the last `finish`. */
interface Part {
  readonly files: readonly Promise<SealedFile>[];
  /** Samples of the longest channel. */
  samples: number;
}

/** Starts an empty spool. Its failures never affect the session: it warns, and keeps no more until `finish`. */
export function createRefinementSpool(services: SpoolServices): RefinementSpool {
  const { config, recognizer, settings, keyTerms, transcriptions } = services;
  let startedAt = Math.round(services.secondsBefore * SAMPLE_RATE);
  const taken = new Array<number>(settings.channels).fill(startedAt);
  let part: Part | undefined;
  let givenUp = false;
  let waitingBytes = 0;

  const giveUp = (code: WarningCode): void => {
    if (givenUp) return;
    givenUp = true;
    if (part) void release(part);
    part = undefined;
    services.onWarning(code);
  };

  const keep = (channel: number, samples: Float32Array): void => {
    const end = (taken[channel] ?? 0) + samples.length;
    taken[channel] = end;
    if (givenUp || samples.length === 0) return;
    if (end - startedAt > config.maxRefineMinutes * 60 * SAMPLE_RATE) {
      giveUp('refine_too_long');
      return;
    }
    part ??= newPart(settings.channels, config.spoolDirectory);
    part.samples = Math.max(part.samples, end - startedAt);
    append(part.files[channel], encodePcm(samples));
  };

  const append = (file: Promise<SealedFile> | undefined, bytes: Uint8Array): void => {
    waitingBytes += bytes.length;
    if (waitingBytes > WAITING_BYTES) giveUp('refine_unavailable');
    file
      ?.then((opened) => opened.append(bytes))
      .catch(() => {
        giveUp('refine_unavailable');
      })
      .finally(() => (waitingBytes -= bytes.length));
  };

  const finish = (): string | undefined => {
    const finished = part;
    const startSeconds = startedAt / SAMPLE_RATE;
    part = undefined;
    givenUp = false;
    startedAt = Math.max(...taken);
    if (finished === undefined) return undefined;
    const place = inabilityOf(recognizer.model, settings)
      ? undefined
      : transcriptions.reserve(services.ownership);
    if (place === undefined) {
      void release(finished);
      services.onWarning('refine_unavailable');
      return undefined;
    }
    const source = sourceOf(finished, startSeconds, services.sessionId);
    const asRecording = { ...settings, words: true, hearings: config.refineHearings };
    const { ownership, onEnd } = services;
    const id = randomUUID();
    const keep = async (transcribed: TranscribedSource): Promise<TranscribedSource> => {
      const { duration, segments } = transcribed;
      // A second pass that heard nothing gives no better text.
      if (segments.length === 0) return transcribed;
      const finals = segments.map((segment) => finalRecord(segment, segment.channel ?? 0));
      const { name: model } = recognizer.model;
      const end = startSeconds + duration;
      const kept = await services.writer.refine({ id, model, start: startSeconds, end, finals });
      return kept === undefined ? transcribed : withSpeakersOf(transcribed, kept);
    };
    const heard = { settings: recordingSettings.parse(asRecording), keyTerms, recognizer };
    const order = { ...heard, id, ownership, keep, onEnd };
    return place.submit(source, order).id;
  };

  return { keep, finish };
}

/** The text with the speakers of the finals that were kept for it. */
function withSpeakersOf(transcribed: TranscribedSource, kept: readonly FinalRecord[]): TranscribedSource {
  if (transcribed.speakers === undefined) return transcribed;
  const segments = transcribed.segments.map((segment, index) => {
    const { words, speaker } = kept[index] ?? segment;
    return { ...segment, words, ...(speaker === undefined ? {} : { speaker }) };
  });
  const speakers = speakersIn(segments) ?? [];
  return { ...transcribed, segments, speakers };
}

function newPart(channels: number, directory: string): Part {
  const files = Array.from({ length: channels }, () => createSealedFile(directory));
  // A failure is reported when audio is appended, but nothing is appended to a channel without audio.
  for (const file of files) file.catch(() => undefined);
  return { files, samples: 0 };
}

async function release({ files }: Part): Promise<void> {
  const opened = await Promise.allSettled(files);
  for (const file of opened) if (file.status === 'fulfilled') await file.value.remove();
}

function sourceOf(part: Part, startSeconds: number, sessionId: string): RecordingSource {
  const audioSeconds = part.samples / SAMPLE_RATE;
  return {
    origin: 'session',
    sessionId,
    audioSeconds,
    startSeconds,
    channels: part.files.map((file, channel) => ({
      channel: part.files.length > 1 ? channel : undefined,
      open: async function* () {
        const kept = await file;
        await kept.finish();
        for await (const bytes of kept.read(0, kept.size)) yield* decodePcm(bytes, 's16le');
      },
      share: (seconds) => seconds / audioSeconds,
    })),
    release: () => release(part),
  };
}
