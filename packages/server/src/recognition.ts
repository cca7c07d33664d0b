import type { Config } from './config/schema.js';
import { createRecognizers, type Recognizers, type StartRecognizer } from './recognizers.js';
import type { Log } from './telemetry/log.js';
import { createMetrics, type Metrics } from './telemetry/metrics.js';

/** Recognition, and the metrics, which hear of it. Neither needs the rest of a server, which can be put together meanwhile. */
export interface Recognition {
  readonly recognizers: Recognizers;
  readonly metrics: Metrics;
  /** Starts the recognizers, once; resolves when speech can be recognised. Fails as `Recognizers.start` does. */
  readonly warmUp: () => Promise<void>;
}

/** Starts nothing yet. */
export function createRecognition(config: Config, startRecognizer: StartRecognizer, log: Log): Recognition {
  const recognizers = createRecognizers(config, startRecognizer, log);
  const metrics = createMetrics(() => recognizers.recognizer()?.status());
  let warmingUp: Promise<void> | undefined;
  return { recognizers, metrics, warmUp: () => (warmingUp ??= recognizers.start(metrics)) };
}
