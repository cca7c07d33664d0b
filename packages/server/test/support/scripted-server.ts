import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createApp, type App } from '../../src/app.js';
import { openClusterConnection } from '../../src/cluster/cluster.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { Config } from '../../src/config/schema.js';
import type { CreateDialect } from '../../src/live/dialect.js';
import { createRecognition } from '../../src/recognition.js';
import { createLog } from '../../src/telemetry/log.js';
import { writeEmptyDatabase } from './empty-database.js';
import { createScriptedRecognizer, type ScriptedRecognizer } from './scripted-recognizer.js';

/** A server in this process with a scripted recognizer, on a free port; closed when the test ends. */
export interface ScriptedServer {
  readonly app: App;
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly recognizer: ScriptedRecognizer;
  /** The recognizer of the second pass, if `refineModel` is set. */
  readonly refiner: ScriptedRecognizer;
  /** The folder in which audio waits. */
  readonly spoolDirectory: string;
  /** The folder of the records. */
  readonly dataDirectory: string;
  /** Everything logged so far. */
  readonly log: () => string;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
}

export async function startScriptedServer(
  overrides: Partial<Record<keyof Config, string | undefined>> = {},
  dialects?: readonly CreateDialect[],
): Promise<ScriptedServer> {
  const server = await listenOnly(overrides, dialects);
  await server.app.warmUp();
  return server;
}

/** Like `startScriptedServer`, but without starting the recognizer. */
export async function listenOnly(
  overrides: Partial<Record<keyof Config, string | undefined>> = {},
  dialects?: readonly CreateDialect[],
): Promise<ScriptedServer> {
  const lines: string[] = [];
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'auscult-spool-'));
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-data-'));
  onTestFinished(() => {
    rmSync(spoolDirectory, { recursive: true });
    rmSync(dataDirectory, { recursive: true });
  });
  await writeEmptyDatabase(dataDirectory);
  const config = loadConfig({
    flags: { port: '0', logLevel: 'debug', logFormat: 'json', spoolDirectory, dataDirectory, ...overrides },
    environment: {},
  });
  const recognizer = createScriptedRecognizer();
  const refiner = createScriptedRecognizer();
  const log = createLog(config, { write: (line) => lines.push(line) });
  const recognition = createRecognition(
    config,
    ({ model }) => Promise.resolve(model === config.refineModel ? refiner : recognizer),
    log,
  );
  const connection = await openClusterConnection(config, 'serve', log);
  const app = await createApp(config, recognition, log, dialects, connection);
  const url = await app.listen();
  onTestFinished(() => app.close());
  return {
    app,
    url,
    recognizer,
    refiner,
    spoolDirectory,
    dataDirectory: config.dataDirectory,
    log: () => lines.join(''),
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  };
}
