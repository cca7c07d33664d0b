import { createClusterScan, type ScanForClusters } from './cluster-scan.js';

/**
 * What a recorder of the browser has written and the server may still need: one recording after the other, each with a header of its
 * own. Places are bytes since the first one.
 */
export interface RecordedBytes {
  /** Another recorder begins: its header comes next. */
  readonly beginRecording: () => void;
  /** `seconds`: about how much was recorded since the last bytes, which counts where the bytes do not tell. */
  readonly append: (bytes: Uint8Array<ArrayBuffer>, seconds: number) => void;
  readonly end: () => number;
  /** Seconds recorded so far. */
  readonly endSeconds: () => number;
  /** How many seconds were recorded before a place. */
  readonly secondsAt: (place: number) => number;
  /** At most `most` bytes from a place on. */
  readonly read: (at: number, most: number) => Uint8Array<ArrayBuffer>;
  /**
   * Where a session can begin that has to hear everything from a moment on; `undefined` if it can only begin with another
   * recording, since this one cannot be cut.
   */
  readonly entryAt: (seconds: number) => Entry | undefined;
  /** Takes nothing more of this recording. Returns where the next one will begin. */
  readonly giveUp: () => Entry;
  /** Forgets what neither a session that goes on at `place` nor one that begins at a moment needs. */
  readonly release: (place: number, seconds: number) => void;
  /** Bytes that are kept. */
  readonly size: () => number;
}

/** A place from which on a recording can be decoded, after these bytes. */
export interface Entry {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly at: number;
  readonly seconds: number;
}

interface Cluster extends Omit<Entry, 'header'> {
  readonly recording: Recording;
}

interface Recording {
  readonly at: number;
  /** Seconds that were recorded before it. */
  readonly seconds: number;
  readonly scan: ScanForClusters;
  /** Everything before its first cluster, once that has come. */
  header: Uint8Array<ArrayBuffer> | undefined;
}

/** How much a cluster holds at least, seconds: a packet of 20 ms, and no recorder of a browser makes one of less. */
const SHORTEST_CLUSTER_SECONDS = 0.02;

const NOTHING = new Uint8Array(0);

/** Starts with nothing recorded. */
export function createRecordedBytes(): RecordedBytes {
  let chunks: readonly { readonly at: number; readonly bytes: Uint8Array<ArrayBuffer> }[] = [];
  let clusters: readonly Cluster[] = [];
  let recording: Recording | undefined;
  let isGivenUp = false;
  let end = 0;
  let endSeconds = 0;

  function read(at: number, most: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(Math.max(0, Math.min(most, end - at)));
    for (const chunk of chunks) {
      const from = Math.max(0, at - chunk.at);
      const place = chunk.at + from - at;
      if (from < chunk.bytes.length && place < bytes.length)
        bytes.set(chunk.bytes.subarray(from, from + bytes.length - place), place);
    }
    return bytes;
  }

  function beginRecording(): void {
    isGivenUp = false;
    recording = { at: end, seconds: endSeconds, scan: createClusterScan(), header: undefined };
  }

  /** Clusters in order, so the last one that begins before a moment, or at it. */
  const lastBefore = (isBefore: (cluster: Cluster) => boolean): Cluster | undefined =>
    clusters.findLast(isBefore);

  return {
    beginRecording,
    append: (bytes, seconds) => {
      if (isGivenUp) return;
      if (!recording) beginRecording();
      const own = recording as Recording;
      chunks = [...chunks, { at: end, bytes }];
      end += bytes.length;
      for (const { at, milliseconds } of own.scan(bytes)) {
        const place = own.at + at;
        own.header ??= read(own.at, at);
        const start = own.seconds + milliseconds / 1000;
        clusters = [...clusters, { recording: own, at: place, seconds: start }];
        endSeconds = Math.max(endSeconds, start + SHORTEST_CLUSTER_SECONDS);
      }
      if (own.header === undefined) endSeconds += seconds;
    },
    end: () => end,
    endSeconds: () => endSeconds,
    secondsAt: (place) => lastBefore(({ at }) => at <= place)?.seconds ?? 0,
    read,
    entryAt: (moment) => {
      const cluster = lastBefore(({ seconds }) => seconds <= moment) ?? clusters[0];
      if (cluster)
        return { header: cluster.recording.header ?? NOTHING, at: cluster.at, seconds: cluster.seconds };
      return moment === 0 ? { header: NOTHING, at: 0, seconds: 0 } : undefined;
    },
    giveUp: () => {
      isGivenUp = true;
      chunks = [];
      clusters = [];
      return { header: NOTHING, at: end, seconds: endSeconds };
    },
    release: (place, moment) => {
      const first = lastBefore(({ seconds }) => seconds <= moment);
      if (!first) return;
      clusters = clusters.slice(clusters.indexOf(first));
      const needed = Math.min(place, first.at);
      chunks = chunks.filter(({ at, bytes }) => at + bytes.length > needed);
    },
    size: () => chunks.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}
