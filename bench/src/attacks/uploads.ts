import { setTimeout as elapsed } from 'node:timers/promises';
import { createTally, inLanes, type Attack, type Victim } from './attack.js';
import { bombFiles } from './bombs.js';
import { rawConnection } from './raw-frames.js';

/** Bombs uploaded at the same time, as an attacker would. */
const BOMBS_AT_ONCE = 4;

/** Uploads one bomb after another, and deletes each as soon as it is accepted. */
export function uploadBombs(file: string): Attack {
  return async (victim) => {
    const tally = createTally();
    const bytes = bombFiles[file]?.() ?? Buffer.alloc(0);
    await inLanes(BOMBS_AT_ONCE, victim.goesOn, async () => {
      tally.add(await upload(victim, file, bytes));
    });
    return { bytes: bytes.length, ...tally.account() };
  };
}

async function upload({ httpUrl, key, goesOn }: Victim, name: string, bytes: Buffer): Promise<string> {
  const headers = { authorization: `Bearer ${key}` };
  const form = new FormData();
  form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
  try {
    const response = await fetch(`${httpUrl}/api/v1/transcriptions`, { method: 'POST', body: form, headers });
    const { id } = (await response.json()) as { readonly id?: string };
    if (id !== undefined)
      await fetch(`${httpUrl}/api/v1/transcriptions/${id}`, { method: 'DELETE', headers });
    if (!response.ok) await elapsed(100);
    return String(response.status);
  } catch {
    if (goesOn()) await elapsed(100);
    return 'no answer';
  }
}

/**
 * Holds as many uploads open as it can, each at a few bytes a second, and counts whether others can upload.
 */
export const trickles: Attack = async (victim) => {
  const tally = createTally();
  const head =
    'POST /api/v1/transcriptions HTTP/1.1\r\nhost: 127.0.0.1\r\n' +
    `authorization: Bearer ${victim.key}\r\ncontent-type: multipart/form-data; boundary=b\r\n` +
    'content-length: 1000000\r\n\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n';
  const connections = Array.from({ length: 20 }, () => {
    const connection = rawConnection(victim.port).on('close', () => {
      tally.add('cut');
    });
    connection.resume().write(head);
    return connection;
  });
  while (victim.goesOn()) {
    for (const connection of connections) if (connection.writable) connection.write(Buffer.alloc(1024));
    await elapsed(1000);
  }
  for (const connection of connections) connection.destroy();
  return tally.account();
};
