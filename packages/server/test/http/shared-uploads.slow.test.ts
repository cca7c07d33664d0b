import { expect, test } from 'vitest';
import { bearer, startGuardedServer } from '../support/guarded-server.js';
import { clipFile, formOf, post, type TranscriptionAnswer } from '../support/upload.js';
import { until } from '../support/until.js';

test('recordings of several users take turns, however many one of them has sent', async () => {
  const { url, recognizer, keyOf } = await startGuardedServer({ transcriptionsAtATime: '1' });
  let open = (): void => undefined;
  recognizer.flushGate = new Promise((resolve) => (open = resolve));
  const [greedy, doctor] = [bearer(await keyOf('service')), bearer(await keyOf('clinician'))];
  const send = async (headers: Record<string, string>) => {
    const response = await post(url, formOf(await clipFile()), headers);
    expect(response.status).toBe(202);
    return (await response.json()) as TranscriptionAnswer;
  };
  const sent = [await send(greedy), await send(greedy), await send(greedy), await send(doctor)];
  open();
  const startOf = async (index: number): Promise<string | undefined> => {
    const headers = index === 3 ? doctor : greedy;
    const response = await fetch(`${url}/api/v1/transcriptions/${sent[index]?.id ?? ''}`, { headers });
    const { status, startedAt } = (await response.json()) as { status: string; startedAt?: string };
    return status === 'done' ? startedAt : undefined;
  };
  await until(async () =>
    (await Promise.all([0, 1, 2, 3].map(startOf))).every((start) => start !== undefined),
  );
  const [first, second, third, other] = (await Promise.all([0, 1, 2, 3].map(startOf))) as string[];
  expect([first, other, second, third]).toEqual([first, other, second, third].toSorted());
  const shares = recognizer.streams.map(({ options }) => options.share?.[1]);
  expect(new Set(shares).size).toBe(2);
  expect(shares.lastIndexOf(shares.at(-1))).toBeGreaterThan(shares.findIndex((share) => share !== shares[0]));
});
