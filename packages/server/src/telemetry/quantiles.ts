import type { Registry } from 'prom-client';

/** Quantiles of what a histogram has counted, in its unit; undefined as long as it has counted nothing. */
export type Quantiles<Name extends string> = Readonly<Record<Name, number | undefined>>;

interface Bucket {
  readonly upTo: number;
  /** How many values are no larger. */
  readonly count: number;
}

/**
 * Estimates quantiles of a histogram of a registry, since the start of the server, as Prometheus does: within a bucket,
 * values are taken to be spread evenly, and those beyond the last bound to be at it.
 */
export async function quantilesOf<Name extends string>(
  registry: Registry,
  metric: string,
  quantiles: Readonly<Record<Name, number>>,
): Promise<Quantiles<Name>> {
  const read = await registry.getSingleMetric(metric)?.get();
  const buckets = (read?.values ?? []).flatMap(({ labels, value }): readonly Bucket[] => {
    const bound = labels['le'];
    return bound === undefined ? [] : [{ upTo: bound === '+Inf' ? Infinity : Number(bound), count: value }];
  });
  const named = Object.entries<number>(quantiles).map(([name, share]) => [name, quantile(buckets, share)]);
  return Object.fromEntries(named) as Quantiles<Name>;
}

/** What a gauge of a registry shows for these labels; undefined if it shows nothing. */
export async function gaugeOf(
  registry: Registry,
  metric: string,
  labels: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  const read = await registry.getSingleMetric(metric)?.get();
  return read?.values.find((value) =>
    Object.entries(labels).every(([name, wanted]) => value.labels[name] === wanted),
  )?.value;
}

function quantile(buckets: readonly Bucket[], share: number): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  const rank = share * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[at];
  const below = buckets[at - 1] ?? { upTo: 0, count: 0 };
  if (bucket === undefined || bucket.upTo === Infinity) return below.upTo;
  const within = (rank - below.count) / Math.max(1, bucket.count - below.count);
  return below.upTo + within * (bucket.upTo - below.upTo);
}
