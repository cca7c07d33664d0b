/** Where a cluster of WebM begins. */
interface ClusterStart {
  /** Counted in bytes since the scan began. */
  readonly at: number;
  /** Its time, as the recorder counts it. */
  readonly milliseconds: number;
}

/** Finds clusters in bytes that come piece by piece. */
export type ScanForClusters = (bytes: Uint8Array) => readonly ClusterStart[];

/** The id of a cluster, a size of at most eight bytes, and a timestamp of at most eight (RFC 9559). */
const LONGEST_START = 4 + 8 + 2 + 8;
const CLUSTER = [0x1f, 0x43, 0xb6, 0x75] as const;
const TIMESTAMP = 0xe7;

/** Starts with the first byte of a recording. A cluster shows once a few bytes of it have come. */
export function createClusterScan(): ScanForClusters {
  let waiting = new Uint8Array(0);
  let position = 0;
  return (bytes) => {
    const seen = joined(waiting, bytes);
    const found: ClusterStart[] = [];
    const last = Math.max(0, seen.length - LONGEST_START);
    for (let at = 0; at < last; at++) {
      const milliseconds = timeOfCluster(seen, at);
      if (milliseconds !== undefined) found.push({ at: position + at, milliseconds });
    }
    waiting = seen.slice(last);
    position += last;
    return found;
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The time of the cluster that begins at `at`, which is its first element; `undefined` if none begins there. */
function timeOfCluster(bytes: Uint8Array, at: number): number | undefined {
  if (CLUSTER.some((byte, index) => bytes[at + index] !== byte)) return undefined;
  const sizeBytes = Math.clz32(bytes[at + 4] ?? 0) - 23;
  const field = at + 4 + sizeBytes;
  const length = (bytes[field + 1] ?? 0) - 0x80;
  if (sizeBytes > 8 || bytes[field] !== TIMESTAMP || length < 1 || length > 8) return undefined;
  return bytes.subarray(field + 2, field + 2 + length).reduce((time, byte) => time * 256 + byte, 0);
}
