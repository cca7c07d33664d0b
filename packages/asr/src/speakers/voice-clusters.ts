import type { FoundingWindow, FoundingWindows } from './founding-windows.js';
import { toUnitLength } from './vectors.js';

/** Windows that are taken for one speaker, by what `likeness` says of them alone. */
interface VoiceCluster {
  /** For each window, its likeness to all windows of the cluster, by their seconds. */
  readonly sums: Float32Array;
  /** The speaker that a person gave some of its windows to. */
  readonly pinned: number | undefined;
}

/** Clusters of windows, and to which of them each window belongs. */
export interface VoiceClusters {
  readonly count: number;
  /** Seconds of speech in a cluster. */
  seconds(cluster: number): number;
  /** The cosine of the means of two clusters. */
  alike(a: number, b: number): number;
  /** Whether a person told the two apart. */
  areApart(a: number, b: number): boolean;
  /** Makes two clusters one. */
  merge(a: number, b: number): void;
  /** Gives each window to the nearest cluster, twice. Clusters that lose all windows are gone. */
  settle(): void;
  /** Drops a cluster, whose windows belong to none until they are settled. */
  drop(cluster: number): void;
  /** The mean voice of a cluster, of unit length. */
  voice(cluster: number): Float32Array;
  pinned(cluster: number): number | undefined;
  /** The number of each window's cluster; -1 for none. */
  readonly labels: Int32Array;
}

/** Clusters by number. Windows that a person gave to speakers are in the clusters of these. */
export function createVoiceClusters(founding: FoundingWindows, parts: Int32Array): VoiceClusters {
  const { windows } = founding;
  let clusters: VoiceCluster[] = [];
  let labels = Int32Array.from(parts);

  const add = (cluster: VoiceCluster, window: number, sign: 1 | -1) => {
    addRow(cluster.sums, founding, window, sign);
  };

  const move = (window: number, to: number) => {
    const from = clusters[labels[window] as number];
    if (from) add(from, window, -1);
    add(clusters[to] as VoiceCluster, window, 1);
    labels[window] = to;
  };

  const length = (cluster: number) => {
    let sum = 0;
    const { sums } = clusters[cluster] as VoiceCluster;
    for (let i = 0; i < labels.length; i++)
      if (labels[i] === cluster) sum += (sums[i] as number) * (windows[i] as FoundingWindow).seconds;
    return Math.sqrt(Math.max(1e-9, sum));
  };

  const nearest = (window: number, lengths: readonly number[]): number => {
    const { pinned } = windows[window] as FoundingWindow;
    let best = -1;
    let most = -Infinity;
    for (let cluster = 0; cluster < clusters.length; cluster++) {
      const { sums, pinned: owner } = clusters[cluster] as VoiceCluster;
      if (pinned !== undefined && owner === pinned) return cluster;
      const cosine = (sums[window] as number) / (lengths[cluster] as number);
      if (cosine > most) {
        most = cosine;
        best = cluster;
      }
    }
    return best;
  };

  /** Leaves out the clusters without windows. */
  const compact = () => {
    const used = clusters.map((_, cluster) => labels.includes(cluster));
    const numbers = used.map((_, cluster) => used.slice(0, cluster).filter(Boolean).length);
    clusters = clusters.filter((_, cluster) => used[cluster]);
    labels = labels.map((label) => (label < 0 ? label : (numbers[label] as number)));
  };

  const begin = () => {
    const owners = ownersOf(windows, parts);
    const count = Math.max(-1, ...parts) + 1;
    clusters = Array.from({ length: count }, (_, cluster) => emptyCluster(windows, owners.get(cluster)));
    const owned = new Set(owners.values());
    for (const { pinned } of windows) {
      if (pinned === undefined || owned.has(pinned)) continue;
      owned.add(pinned);
      clusters.push(emptyCluster(windows, pinned));
    }
    for (let window = 0; window < windows.length; window++) {
      const { pinned } = windows[window] as FoundingWindow;
      const own = pinned === undefined ? -1 : clusters.findIndex((cluster) => cluster.pinned === pinned);
      if (own >= 0) labels[window] = own;
      add(clusters[labels[window] as number] as VoiceCluster, window, 1);
    }
    compact();
  };
  begin();

  return {
    get count() {
      return clusters.length;
    },
    seconds: (cluster) =>
      windows.reduce((sum, { seconds }, at) => (labels[at] === cluster ? sum + seconds : sum), 0),
    alike(a, b) {
      let sum = 0;
      const { sums } = clusters[a] as VoiceCluster;
      for (let i = 0; i < labels.length; i++)
        if (labels[i] === b) sum += (sums[i] as number) * (windows[i] as FoundingWindow).seconds;
      return sum / length(a) / length(b);
    },
    areApart(a, b) {
      const [one, other] = [clusters[a]?.pinned, clusters[b]?.pinned];
      return one !== undefined && other !== undefined && one !== other;
    },
    merge(a, b) {
      const [into, from] = [clusters[a] as VoiceCluster, clusters[b] as VoiceCluster];
      for (let i = 0; i < labels.length; i++)
        into.sums[i] = (into.sums[i] as number) + (from.sums[i] as number);
      clusters[a] = { ...into, pinned: into.pinned ?? from.pinned };
      labels = labels.map((label) => (label === b ? a : label));
      compact();
    },
    settle() {
      for (let round = 0; round < ROUNDS; round++) {
        const lengths = clusters.map((_, cluster) => length(cluster));
        const next = labels.map((_, window) => nearest(window, lengths));
        for (let window = 0; window < next.length; window++)
          if (next[window] !== labels[window]) move(window, next[window] as number);
      }
      compact();
    },
    drop(cluster) {
      for (let window = 0; window < labels.length; window++) {
        if (labels[window] === cluster) labels[window] = -1;
      }
      compact();
    },
    voice: (cluster) => meanVoice(windows.filter((_, at) => labels[at] === cluster)),
    pinned: (cluster) => clusters[cluster]?.pinned,
    get labels() {
      return labels;
    },
  };
}

const ROUNDS = 2;

function emptyCluster(windows: readonly FoundingWindow[], pinned: number | undefined): VoiceCluster {
  return { sums: new Float32Array(windows.length), pinned };
}

function addRow(
  sums: Float32Array,
  { windows, likeness, stride }: FoundingWindows,
  window: number,
  sign: 1 | -1,
): void {
  const weight = sign * (windows[window] as FoundingWindow).seconds;
  const row = window * stride;
  for (let i = 0; i < sums.length; i++)
    sums[i] = (sums[i] as number) + weight * (likeness[row + i] as number);
}

/** For each part that holds windows of speakers named by a person, the speaker of most of them. Each speaker has one part. */
function ownersOf(windows: readonly FoundingWindow[], parts: Int32Array): ReadonlyMap<number, number> {
  const seconds = new Map<string, { part: number; speaker: number; seconds: number }>();
  for (const [at, { pinned, seconds: own }] of windows.entries()) {
    if (pinned === undefined) continue;
    const part = parts[at] as number;
    const key = `${String(part)} ${String(pinned)}`;
    seconds.set(key, { part, speaker: pinned, seconds: (seconds.get(key)?.seconds ?? 0) + own });
  }
  const owners = new Map<number, number>();
  const owned = new Set<number>();
  for (const { part, speaker } of [...seconds.values()].sort((a, b) => b.seconds - a.seconds)) {
    if (owners.has(part) || owned.has(speaker)) continue;
    owners.set(part, speaker);
    owned.add(speaker);
  }
  return owners;
}

/** The mean of windows by their seconds, of unit length. */
function meanVoice(windows: readonly Pick<FoundingWindow, 'voice' | 'seconds'>[]): Float32Array {
  const mean = new Float32Array(windows[0]?.voice.length ?? 0);
  for (const { voice, seconds } of windows)
    for (let at = 0; at < mean.length; at++)
      mean[at] = (mean[at] as number) + seconds * (voice[at] as number);
  return toUnitLength(mean);
}
