import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startInferenceMachine } from '../../src/cluster/inference/inference-machine.js';
import { connectCluster } from '../../src/cluster/connect-cluster.js';
import { createLog } from '../../src/telemetry/log.js';
import { clusterSettings } from '../support/cluster-settings.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { createScriptedMachine } from '../support/scripted-machine.js';
import { linkToMachine, scriptedJob } from '../support/scripted-peer.js';
import { until } from '../support/until.js';

/** As in `server-link.ts`. */
const MOST_STREAMS = 4096;

describe.skipIf(natsMissing !== undefined)('an inference machine', () => {
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await startNats();
  });

  afterAll(async () => {
    await nats.stop();
  });

  test('keeps audio of so many streams of a server at each process, and of no more', async () => {
    const { told } = await startScripted(nats);
    const server = await linkToMachine(nats.url, 'many');
    const streamsAt = (process: number) =>
      new Set(told[process]?.flatMap((each) => (each.type === 'audio' ? [each.piece.stream] : []))).size;
    for (let stream = 0; stream < MOST_STREAMS + 3; stream++) server.sendAudio(String(stream), 1, 0);
    // Known streams, and other processes, go on.
    server.sendAudio('0', 2, 0);
    server.sendAudio('0', 3, 1);
    await until(() => streamsAt(1) === 1);
    expect(streamsAt(0)).toBe(MOST_STREAMS);
    expect(told[0]?.at(-1)).toMatchObject({ type: 'audio', piece: { samples: new Int16Array(2) } });
    server.sendOrder({ type: 'forget-audio', stream: '0' });
    server.sendAudio('another', 4, 0);
    await until(
      () => told[0]?.some((each) => each.type === 'audio' && each.piece.samples.length === 4) === true,
    );
  });

  test('refuses by name what cannot be, and does the jobs of others', async () => {
    const { told, lines } = await startScripted(nats);
    const bad = await linkToMachine(nats.url, 'bad');
    const good = await linkToMachine(nats.url, 'good');
    bad.sendOrder({ type: 'job', job: scriptedJob(1, 's', { prefix: [500] }) });
    bad.sendOrder({ type: 'job', job: scriptedJob(2, 's', { newSeconds: -1 }) });
    bad.sendOrder({ type: 'job', job: scriptedJob(3, 's') }, 7);
    bad.sendOrder({ type: 'terms', list: { name: 'made-up', count: 1, json: '[{"text":"a"}]' } });
    bad.sendOrder({ type: 'no such order' });
    bad.send('order', Buffer.from('['.repeat(100_000)));
    bad.send('audio', Buffer.from('no audio'));
    expect(await bad.answerTo(1)).toEqual({ type: 'refused', id: 1, part: 'job.prefix' });
    expect(await bad.answerTo(2)).toEqual({ type: 'refused', id: 2, part: 'job.newSeconds' });
    good.sendOrder({ type: 'job', job: scriptedJob(1, 's') });
    expect(await good.answerTo(1)).toMatchObject({ type: 'result', id: 1 });
    for (const reason of ['job.prefix', 'job.newSeconds', 'process', 'list', 'type', 'nesting', 'audio'])
      await until(() => lines().some((line) => line.includes(`"server":"bad","reason":"${reason}"`)));
    expect(told.flat().filter(({ type }) => type === 'job')).toHaveLength(1);
    expect(lines().join()).not.toContain('"server":"good","reason"');
  });

  test('has only so many links of servers of one name', async () => {
    const { lines } = await startScripted(nats);
    const connection = await linkToMachine(nats.url, 'first');
    connection.sendOrder({ type: 'job', job: scriptedJob(1, 's') });
    await connection.answerTo(1);
    const links = await Promise.all(
      Array.from({ length: 17 }, (_, index) => linkToMachine(nats.url, 'many', String(index))),
    );
    await until(() => lines().some((line) => line.includes('"server":"many","reason":"links"')));
    for (const link of links.slice(0, 16)) link.sendOrder({ type: 'job', job: scriptedJob(5, 's') });
    connection.sendOrder({ type: 'job', job: scriptedJob(2, 's') });
    expect(await connection.answerTo(2)).toMatchObject({ type: 'result' });
  });
});

async function startScripted(nats: NatsServer) {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
  };
  const log = createLog({ logLevel: 'debug', logFormat: 'json' }, { write });
  const connection = await connectCluster(clusterSettings(nats.url), 'test', log);
  const { hosted, told } = createScriptedMachine();
  const machine = await startInferenceMachine({ connection, hosted, lexicon: 'none', name: undefined, log });
  onTestFinished(async () => {
    await machine.stop(0);
    await connection.close();
  });
  return { told, lines: () => lines };
}
