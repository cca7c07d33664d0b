import type { SessionSnapshot } from '../live/session-snapshot.js';
import { SAMPLE_RATE } from '@auscult/asr';
import type { JournalRecordHead } from './journal-record.js';
import type { JournalledSession } from './journal.js';
import { createJournalledChannel, type JournalledChannel } from './journalled-channel.js';
import type { NewRecord } from './segment-log.js';

/** What a session has in a journal, and what of it waits for the disk. */
export interface JournalledState extends Pick<JournalledSession, 'id' | 'onTrouble'> {
  /** A copy of its own. */
  readonly key: Buffer;
  readonly channel: (channel: number) => JournalledChannel;
  readonly describe: (snapshot: SessionSnapshot) => void;
  /** Samples that wait, as records to write. */
  readonly takeRuns: (writtenAt: number) => readonly WaitingRecord[];
  /** The latest snapshot, if it waits. */
  readonly takeDescription: (writtenAt: number) => readonly WaitingRecord[];
  readonly isWaiting: () => boolean;
  readonly waitingBytes: () => number;
  /** Whether samples of the channel, or what a record without any notes, are still needed. */
  readonly needsAudio: (channel: number, from: number, to: number) => boolean;
  /** Whether this is the latest snapshot on disk, or the terms that belong to it. */
  readonly needsDescription: (head: JournalRecordHead) => boolean;
  readonly unsettledSeconds: () => number;
  /** Nothing more comes; what there is stays. */
  readonly leave: () => void;
  readonly hasLeft: () => boolean;
}

/** A record that waits to be written. Exactly one of its functions is called. */
export interface WaitingRecord {
  readonly record: NewRecord;
  readonly onWritten: () => void;
  readonly onFailed: () => void;
}

/** A snapshot, or terms, in the order in which they came. */
interface Description {
  readonly number: number;
  readonly text: string;
}

/** Starts with nothing. */
export function createJournalledSession({
  id,
  key,
  from = [],
  onTrouble,
}: JournalledSession): JournalledState {
  const channels: (JournalledChannel | undefined)[] = [];
  const snapshots = createDescriptions(id, 'snapshot');
  const terms = createDescriptions(id, 'terms');
  let knownTerms: SessionSnapshot['sentTerms'] | undefined;
  let hasLeft = false;

  const channelOf = (channel: number): JournalledChannel =>
    (channels[channel] ??= createJournalledChannel(from[channel] ?? 0));
  const known = (): readonly JournalledChannel[] => channels.filter((channel) => channel !== undefined);

  return {
    id,
    key: Buffer.from(key),
    ...(onTrouble && { onTrouble }),
    channel: channelOf,
    describe: ({ sentTerms, ...rest }) => {
      // Thousands of terms are not compared with each final.
      if (sentTerms !== knownTerms) terms.replace(JSON.stringify(sentTerms));
      knownTerms = sentTerms;
      snapshots.replace(JSON.stringify(rest));
    },
    takeRuns: (writtenAt) =>
      channels.flatMap((one, channel) =>
        (one?.take() ?? []).map((run) => {
          const settled = channelOf(channel).settled();
          return {
            record: {
              head: { kind: 'audio', sessionId: id, channel, from: run.from, settled, writtenAt },
              plain: run.pcm,
            },
            onWritten: () => {
              channelOf(channel).written(run, settled);
            },
            onFailed: () => {
              channelOf(channel).back(run);
            },
          };
        }),
      ),
    takeDescription: (writtenAt) => [...terms.take(writtenAt), ...snapshots.take(writtenAt)],
    isWaiting: () =>
      snapshots.isWaiting() || terms.isWaiting() || known().some((channel) => channel.isWaiting()),
    waitingBytes: () => known().reduce((sum, channel) => sum + channel.waitingBytes(), 0),
    needsAudio: (channel, first, to) => channelOf(channel).needs(first, to),
    needsDescription: ({ kind, from: number }) =>
      kind === 'terms' ? terms.isLatest(number) : snapshots.isLatest(number),
    unsettledSeconds: () =>
      Math.max(0, ...known().map((channel) => (channel.end() - channel.settled()) / SAMPLE_RATE)),
    leave: () => {
      hasLeft = true;
    },
    hasLeft: () => hasLeft,
  };
}

/** Texts of one kind, of which only the latest counts. */
function createDescriptions(sessionId: string, kind: 'snapshot' | 'terms') {
  let latest: Description | undefined;
  let written: number | undefined;
  let waiting: Description | undefined;
  return {
    replace: (text: string): void => {
      if (text === latest?.text) return;
      latest = { number: (latest?.number ?? -1) + 1, text };
      waiting = latest;
    },
    take: (writtenAt: number): readonly WaitingRecord[] => {
      const taken = waiting;
      waiting = undefined;
      if (taken === undefined) return [];
      const head = { kind, sessionId, channel: 0, from: taken.number, settled: 0, writtenAt };
      return [
        {
          record: { head, plain: [Buffer.from(taken.text)] },
          onWritten: () => {
            written = taken.number;
          },
          onFailed: () => {
            waiting ??= taken;
          },
        },
      ];
    },
    isWaiting: () => waiting !== undefined,
    isLatest: (number: number) => number === written,
  };
}
