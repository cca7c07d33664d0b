import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request, Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distribution, type Distribution } from '../measure/distribution.js';
import { welch } from '../measure/welch.js';
import { createKey } from '../server/create-key.js';
import { auscultCommand, startServer } from '../server/target.js';

/** How long the server takes to refuse two kinds of wrong keys, milliseconds. */
export interface KeyTimingResults {
  readonly tries: number;
  /** The id of an existing key, with a wrong secret. */
  readonly rightPrefix: Distribution | undefined;
  /** An id that does not exist. */
  readonly wrongPrefix: Distribution | undefined;
  /** Welch's t over both, each without its slowest twentieth: beyond ±3.3 they differ at the 99.9 % level. */
  readonly t: number;
}

/** The first tries are not counted: code is not compiled yet, and answers are delayed only after several failures. */
const WARM_UP = 200;

/** Tries the two kinds of wrong keys in turn, one at a time over one connection. */
export async function measureKeyTiming(tries: number, onTry: () => void): Promise<KeyTimingResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'bench-keys-'));
  const data = ['--data-directory', dataDirectory];
  const server = await startServer(
    auscultCommand(['--authentication', 'required', '--workers', '1', ...data]),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    // Failures are counted by the id presented, so both ids are presented again and again.
    const nobodys = randomBytes(6).toString('hex');
    const key = await createKey(data, 'service');
    const rightPrefix: number[] = [];
    const wrongPrefix: number[] = [];
    for (let attempt = -WARM_UP; attempt < tries; attempt++) {
      const right = await refusalTime(server.httpUrl, `${key.slice(0, -43)}${secret()}`, agent);
      const wrong = await refusalTime(server.httpUrl, `ausk_${nobodys}_${secret()}`, agent);
      if (attempt < 0) continue;
      rightPrefix.push(right);
      wrongPrefix.push(wrong);
      onTry();
    }
    return {
      tries,
      rightPrefix: distribution(rightPrefix),
      wrongPrefix: distribution(wrongPrefix),
      t: welch(withoutSlowest(rightPrefix), withoutSlowest(wrongPrefix)),
    };
  } finally {
    agent.destroy();
    await server.stop();
    rmSync(dataDirectory, { recursive: true });
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function refusalTime(url: string, key: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    request(`${url}/api/v1/identity`, { agent, headers: { authorization: `Bearer ${key}` } }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve(performance.now() - startedAt);
      });
    })
      .on('error', reject)
      .end();
  });
}

function withoutSlowest(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b).slice(0, Math.ceil(values.length * 0.95));
}
