/** How long recent finals took, overall and for each share of the processing time. */
export interface FinalDelays {
  add(final: DelayedFinal): void;
  /** The 95th percentile over the last half minute, seconds; 0 without any. */
  recentP95(): number;
  /**
   * The same for the finals of a share. For a share without finals, the delay to expect: that of the shares that use no
   * more than an even portion, since a share that takes more delays only its own finals.
   */
  recentP95Of(share: string): number;
  /**
   * The third quartile of the finals of a share, seconds: unlike the 95th percentile of the few finals of half a minute, it
   * does not rise with a single slow one.
   */
  recentThirdQuartileOf(share: string): number;
}

/** A final that was delivered. */
export interface DelayedFinal {
  readonly seconds: number;
  readonly share: string;
  readonly stream: string;
  /** Processing time that it took, seconds. */
  readonly used: number;
}

const MEMORY_MS = 30_000;

/** Bounds memory and sorting whatever the load. */
const MAX_DELAYS = 200;

/** Multiple of an even portion. A share with several streams that has used more has itself made its finals late. */
const EXCESS = 1.4;

/** Makes an empty record. */
export function createFinalDelays(now: () => number = () => performance.now()): FinalDelays {
  const delays: (DelayedFinal & { readonly at: number })[] = [];

  const recent = (): readonly DelayedFinal[] => {
    const since = now() - MEMORY_MS;
    while (delays[0] && delays[0].at < since) delays.shift();
    return delays;
  };

  const comparableTo = (share: string): readonly DelayedFinal[] => {
    const all = recent();
    const own = all.filter((final) => final.share === share);
    return own.length > 0 ? own : ofModerate(all);
  };

  return {
    add(final) {
      delays.push({ at: now(), ...final });
      if (delays.length > MAX_DELAYS) delays.shift();
    },
    recentP95: () => quantile(recent(), 0.95),
    recentP95Of: (share) => quantile(comparableTo(share), 0.95),
    recentThirdQuartileOf: (share) => quantile(comparableTo(share), 0.75),
  };
}

function ofModerate(finals: readonly DelayedFinal[]): readonly DelayedFinal[] {
  const shares = new Map<string, { used: number; readonly streams: Set<string> }>();
  let total = 0;
  for (const { share, stream, used } of finals) {
    const known = shares.get(share) ?? { used: 0, streams: new Set() };
    shares.set(share, known);
    known.used += used;
    known.streams.add(stream);
    total += used;
  }
  // The share that asks gets a portion too.
  const even = total / (shares.size + 1);
  return finals.filter(({ share }) => {
    const { used, streams } = shares.get(share) ?? { used: 0, streams: new Set() };
    return used <= EXCESS * even || streams.size < 2;
  });
}

function quantile(finals: readonly DelayedFinal[], share: number): number {
  const sorted = finals.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
