import { encodePcm, SAMPLE_RATE, type KeyTermList, type Recognizer } from '@auscult/asr';
import { recordingSettings, type SessionSettings, type WarningCode } from '@auscult/protocol';
import { ownershipOf, type Identity } from '../access/identity.js';
import type { Config } from '../config/schema.js';
import { inabilityOf } from '../model-abilities.js';
import type { ArrivingJob } from '../transcriptions/durable/arriving-jobs.js';
import type { Transcription } from '../transcriptions/transcription.js';
import type { Place, Transcriptions } from '../transcriptions/transcriptions.js';

/** Keeps the audio of a session, encrypted on disk, for the second pass. */
export interface RefinementSpool {
  /** Keeps 16 kHz audio of a channel, in the order in which it is taken. */
  readonly keep: (channel: number, samples: Float32Array) => void;
  /**
   * Hands over the audio kept since the last call. Resolves with the id of its transcription once that survives the server;
   * undefined if there is none.
   */
  readonly finish: () => Promise<string | undefined>;
}

/** What a spool needs from its session. */
export interface SpoolServices {
  readonly sessionId: string;
  readonly identity: Identity;
  /** Remote address of the client. */
  readonly from: string | undefined;
  readonly config: Config;
  readonly transcriptions: Transcriptions;
  /** The recognizer of the second pass. */
  readonly recognizer: Recognizer;
  readonly settings: SessionSettings;
  readonly keyTerms: KeyTermList;
  /** Audio of the session before that which is kept here, seconds. */
  readonly secondsBefore: number;
  /** Called when something prevents the second pass. */
  readonly onWarning: (code: WarningCode) => void;
  /** Called when a transcription of audio that was handed over is done, has failed or was cancelled. */
  readonly onEnd: (transcription: Transcription) => void;
}

/** The most audio that waits for the disk, bytes; if there is more, the disk is too slow to be of use. */
const WAITING_BYTES = 8 * 1024 ** 2;

/** The audio that was kept since the last `finish`. */
interface Part {
  readonly job: Promise<ArrivingJob>;
  /** Samples of the longest channel. */
  samples: number;
}

/** Starts an empty spool. Its failures never affect the session: it warns, and keeps no more until `finish`. */
export function createRefinementSpool(services: SpoolServices): RefinementSpool {
  const { config, settings, transcriptions } = services;
  let startedAt = Math.round(services.secondsBefore * SAMPLE_RATE);
  const taken = new Array<number>(settings.channels).fill(startedAt);
  let part: Part | undefined;
  let givenUp = false;
  let waitingBytes = 0;

  const giveUp = (code: WarningCode): void => {
    if (givenUp) return;
    givenUp = true;
    if (part) abandon(part);
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
    part ??= newPart(services);
    part.samples = Math.max(part.samples, end - startedAt);
    append(part, channel, encodePcm(samples));
  };

  const append = ({ job }: Part, channel: number, bytes: Uint8Array): void => {
    waitingBytes += bytes.length;
    if (waitingBytes > WAITING_BYTES) giveUp('refine_unavailable');
    job
      .then(({ files }) => files[channel]?.append(bytes))
      .catch(() => {
        giveUp('refine_unavailable');
      })
      .finally(() => (waitingBytes -= bytes.length));
  };

  const finish = async (): Promise<string | undefined> => {
    const finished = part;
    const startSeconds = startedAt / SAMPLE_RATE;
    part = undefined;
    givenUp = false;
    startedAt = Math.max(...taken);
    if (finished === undefined) return undefined;
    const place = await placeFor(services, transcriptions);
    try {
      if (place !== undefined) return await order(finished, startSeconds, services);
      abandon(finished);
    } catch {
      abandon(finished);
    } finally {
      place?.leave();
    }
    services.onWarning('refine_unavailable');
    return undefined;
  };

  return { keep, finish };
}

function newPart({ sessionId, identity, settings, transcriptions }: SpoolServices): Part {
  const ownership = ownershipOf(identity);
  const job = transcriptions.arrive({ ownership, origin: 'session', sessionId, files: settings.channels });
  // A failure is reported when audio is appended.
  job.catch(() => undefined);
  return { job, samples: 0 };
}

function abandon({ job }: Part): void {
  job.then(({ abandon: leave }) => leave()).catch(() => undefined);
}

async function placeFor(
  { recognizer, settings, identity }: SpoolServices,
  transcriptions: Transcriptions,
): Promise<Place | undefined> {
  if (inabilityOf(recognizer.model, settings)) return undefined;
  return transcriptions.reserve(ownershipOf(identity)).catch(() => undefined);
}

async function order(
  { job, samples }: Part,
  startSeconds: number,
  { config, recognizer, settings, keyTerms, identity, from, onEnd }: SpoolServices,
): Promise<string> {
  const arrived = await job;
  const asRecording = { ...settings, words: true, hearings: config.refineHearings };
  const { tenant, subject, kind, role } = identity;
  await arrived.submit({
    order: {
      settings: recordingSettings.parse(asRecording),
      keyTerms,
      ...(settings.commands.length > 0 && { commands: settings.commands }),
      who: { tenant, subject, kind, role },
      from,
      startSeconds,
      recordedChannels: settings.channels,
    },
    model: recognizer.model.name,
    audioSeconds: samples / SAMPLE_RATE,
    onEnd,
  });
  return arrived.id;
}
