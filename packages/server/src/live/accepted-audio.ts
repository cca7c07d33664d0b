import { SAMPLE_RATE } from '@auscult/asr';
import type { AudioJournal, JournalFailure, SessionJournal } from '../journal/journal.js';
import type { SessionSnapshot } from './session-snapshot.js';

/** Keeps the audio that a session has accepted until its text is recorded. Does nothing where there is no journal. */
export interface AcceptedAudio {
  /** The session has so many channels from now on. */
  readonly begin: (channels: number) => void;
  /** Takes the next samples of a channel. `kept` resolves once all audio so far is kept with the record; undefined if it is not. */
  readonly append: (channel: number, samples: Float32Array, kept: Promise<void> | undefined) => void;
  /** Notes what is settled by now. */
  readonly settle: () => void;
  /** A final of a channel that ends at this moment, seconds, is in the record. */
  readonly recorded: (channel: number, end: number) => void;
  /** Notes what the session needs to go on elsewhere. */
  readonly describe: () => void;
  /** Resolves when all audio so far survives the process, or cannot be kept. */
  readonly flushed: () => Promise<void>;
  /** All audio before this moment survives the process; undefined if nobody cares, seconds. */
  readonly durableSeconds: () => number | undefined;
  /**
   * Whoever goes on with the session knows that everything before this moment is settled; undefined if nobody cares, or it cannot
   * be noted now, seconds.
   */
  readonly settledSeconds: () => number | undefined;
  /** Whether there is a journal from which another process could go on. */
  readonly isKept: () => boolean;
  /** The record is complete. */
  readonly end: () => void;
  /** The record is to be completed by another process. Undefined if there is nothing to complete it with. */
  readonly leave: () => Promise<void> | undefined;
}

/** What the journal of a session depends on. */
export interface AcceptedAudioServices {
  readonly journal: AudioJournal | undefined;
  readonly sessionId: string;
  /** See `SessionRecordWriter.journalKey`. */
  readonly key: () => Buffer | undefined;
  /** The sample of each channel with which it begins here; none if that is the first. */
  readonly from: readonly number[];
  /** The moment up to which all text of a channel is recorded, seconds. */
  readonly settledSeconds: (channel: number) => number;
  /** Whether audio is kept with the record, so that it must not be destroyed before. */
  readonly keepsAudio: boolean;
  readonly snapshot: () => SessionSnapshot;
  /** Called once for each time in which audio cannot be kept. */
  readonly onTrouble: (failure: JournalFailure) => void;
}

/** Begins when there is audio. */
export function createAcceptedAudio(services: AcceptedAudioServices): AcceptedAudio {
  const { journal, sessionId, from, settledSeconds, keepsAudio, snapshot, onTrouble } = services;
  let own: SessionJournal | undefined;
  let channels = 0;
  /** By channel: samples that were taken, and those that are kept with the record. */
  const taken = [...from];
  const kept = [...from];
  /** By channel: samples before the end of the last final in the record. */
  const recorded: number[] = [];
  let isFailing = false;

  const settle = (): void => {
    if (own === undefined) return;
    for (let channel = 0; channel < channels; channel++) {
      const settled = Math.floor(settledSeconds(channel) * SAMPLE_RATE);
      own.settle(
        channel,
        keepsAudio ? Math.min(settled, kept[channel] ?? 0) : settled,
        recorded[channel] ?? 0,
      );
    }
  };

  const leastOf = (
    samplesOf: (journalled: SessionJournal, channel: number) => number,
  ): number | undefined => {
    if (own === undefined) return undefined;
    const journalled = own;
    const samples = Array.from({ length: channels }, (_, channel) => samplesOf(journalled, channel));
    return Math.min(...samples) / SAMPLE_RATE;
  };

  const describe = (): void => own?.describe(snapshot());

  return {
    begin: (count) => {
      channels = Math.max(channels, count);
      const key = own === undefined ? services.key() : undefined;
      if (journal !== undefined && key !== undefined) {
        own = journal.open({
          id: sessionId,
          key,
          from,
          onTrouble: (failure) => {
            isFailing = failure !== undefined;
            if (failure !== undefined) onTrouble(failure);
          },
        });
        key.fill(0);
      }
      settle();
      describe();
    },
    append: (channel, samples, keeping) => {
      if (own === undefined) return;
      const end = (taken[channel] ?? 0) + samples.length;
      taken[channel] = end;
      own.append(channel, samples);
      void keeping?.then(() => {
        kept[channel] = Math.max(kept[channel] ?? 0, end);
      });
      settle();
    },
    settle,
    recorded: (channel, end) => {
      recorded[channel] = Math.max(recorded[channel] ?? 0, Math.round(end * SAMPLE_RATE));
      settle();
    },
    describe,
    flushed: async () => {
      await own?.flushed();
    },
    durableSeconds: () => leastOf((journalled, channel) => journalled.durableSamples(channel)),
    settledSeconds: () =>
      isFailing ? undefined : leastOf((journalled, channel) => journalled.settledSamples(channel)),
    isKept: () => own !== undefined,
    end: () => {
      own?.end();
      own = undefined;
    },
    leave: () => own?.leave(),
  };
}
