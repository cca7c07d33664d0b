import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../app.js';
import { loadConfig } from '../config/load-config.js';
import { createRecognition } from '../recognition.js';
import { createLog } from '../telemetry/log.js';

/** The text of docs/openapi.json: the HTTP side of the server, as `/openapi.json` answers it. */
export async function openapiReference(): Promise<string> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-described-'));
  const config = loadConfig({ flags: { logLevel: 'silent', dataDirectory }, environment: {} });
  const log = createLog(config);
  const recognition = createRecognition(config, () => Promise.reject(new TypeError('only described')), log);
  const app = await createApp(config, recognition, log);
  try {
    return `${JSON.stringify(await app.openapi(), null, 2)}\n`;
  } finally {
    await app.close();
    rmSync(dataDirectory, { recursive: true });
  }
}
