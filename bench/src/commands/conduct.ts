import { Presets, SingleBar } from 'cli-progress';
import { describeEnvironment } from '../report/environment.js';
import { reportHeading, writeReport, type Report } from '../report/report.js';

/** One benchmark from the command line to the report. */
export interface Conduct<Results> {
  /** Name in the report and in its file name. */
  readonly benchmark: string;
  /** Where the report goes; by default the folder of results. */
  readonly json?: string | undefined;
  readonly measure: () => Promise<{ readonly model: string; readonly results: Results }>;
  /** The figures as text. */
  readonly show: (results: Results) => string;
}

/** Measures, prints the figures under a heading that names the machine, and writes the report. */
export async function conduct<Results>({
  benchmark,
  json,
  measure,
  show,
}: Conduct<Results>): Promise<Results> {
  const at = new Date().toISOString();
  const environment = describeEnvironment();
  const { model, results } = await measure();
  const report: Report<Results> = {
    benchmark,
    at,
    command: process.argv.slice(2),
    environment,
    model,
    results,
  };
  const file = writeReport(report, json);
  console.log([reportHeading(report), '', show(results), '', `Written to ${file}`].join('\n'));
  return results;
}

/** Shows progress on standard error if it is a terminal; call the result after each step. */
export function showProgress(total: number, what: string): () => void {
  const format = `{bar} {value} of {total} ${what}, {eta_formatted} left`;
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.rect);
  bar.start(total, 0);
  let done = 0;
  return () => {
    bar.update(++done);
    if (done === total) bar.stop();
  };
}
