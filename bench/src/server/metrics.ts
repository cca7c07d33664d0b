/** The server's own figures, read from `/metrics`. */
export interface ServerMetrics {
  /** 99th percentile since the server started, seconds. */
  readonly eventLoopDelayP99?: number | undefined;
  readonly workerRestarts?: number | undefined;
  /** Live sessions that are open. */
  readonly sessions?: number | undefined;
  readonly jobsRetried?: number | undefined;
  readonly jobsLost?: number | undefined;
}

/** Reads the metrics, with a key where everybody must show one; fields that the server lacks are absent, and all of them if it has no such page. */
export async function readMetrics(httpUrl: string, key?: string): Promise<ServerMetrics> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(`${httpUrl}/metrics`, { headers }).catch(() => undefined);
  if (response?.ok !== true) return {};
  const samples = parseSamples(await response.text());
  return {
    eventLoopDelayP99: samples.get('auscult_event_loop_delay_seconds{quantile="0.99"}'),
    sessions: samples.get('auscult_sessions'),
    workerRestarts: sumOf(samples, 'auscult_worker_restarts'),
    jobsRetried: samples.get('auscult_jobs_retried_total'),
    jobsLost: samples.get('auscult_jobs_lost_total'),
  };
}

/** Value by name with labels, as in the Prometheus text format. */
function parseSamples(page: string): ReadonlyMap<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

function sumOf(samples: ReadonlyMap<string, number>, name: string): number | undefined {
  const values = [...samples].filter(([key]) => key.startsWith(`${name}{`)).map(([, value]) => value);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}
