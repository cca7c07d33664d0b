import { expect, onTestFinished, test } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../../server/test/support/scripted-server.js';
import { until } from '../../server/test/support/until.js';
import { createTranscriber, type Problem, type Segment, type SpokenCommand } from '../src/node.js';

test('commands are events of their own, may change while somebody speaks, and survive a lost connection', async () => {
  const server = await startScriptedServer();
  const { transcriber, hear, commands, partials, problems } = listenTo(server);
  await hear('No fever.');
  server.recognizer.streams[0]?.partial('insert');
  await hear('Insert chest pain.');
  await until(() => commands.length === 1);
  expect(commands[0]).toMatchObject({
    id: 'insert',
    phrase: 'insert {template}',
    variables: { template: 'chest pain' },
    text: 'Insert chest pain.',
    start: 2.5,
    end: 4,
    confidence: 0.9,
    sequence: 1,
  });
  await until(() => partials.at(-1)?.text === '');

  transcriber.configure({ commands: [{ phrase: 'next field' }] });
  await hear('Insert chest pain.');
  await hear('Next field.');
  await until(() => commands.length === 2);
  expect(commands[1]).toMatchObject({ phrase: 'next field', sequence: 3 });
  expect(transcriber.transcript.text).toBe('No fever. Insert chest pain.');

  transcriber.configure({ commands: [{ phrase: '{everything}' }] });
  await until(() => problems.length > 0);
  expect(problems[0]).toMatchObject({ code: 'invalid_command' });
  await hear('Next field.');
  await until(() => commands.length === 3);
});

/** Makes a transcriber that listens to silence, out of which the recognizer hears what `hear` is given, after a pause. */
function listenTo(server: ScriptedServer) {
  const commands: SpokenCommand[] = [];
  const partials: Segment[] = [];
  const problems: Problem[] = [];
  const transcriber = createTranscriber({
    url: server.url,
    commands: [{ id: 'insert', phrase: 'insert {template}', variables: { template: ['chest pain'] } }],
  });
  transcriber.on('command', (command) => commands.push(command));
  transcriber.on('partial', (partial) => partials.push(partial));
  transcriber.on('problem', (problem) => problems.push(problem));
  onTestFinished(transcriber.close);
  const waiting: (() => void)[] = [];
  let seconds = 0;
  async function* silence(): AsyncGenerator<Int16Array> {
    for (;;) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      yield new Int16Array(32_000);
    }
  }
  const started = transcriber.start(silence());
  const hear = async (text: string): Promise<void> => {
    await started;
    await until(() => waiting.length > 0);
    waiting.shift()?.();
    seconds += 2;
    const bytes = (): number =>
      server.recognizer.streams.at(-1)?.pushed.reduce((sum, { length }) => sum + length, 0) ?? 0;
    await until(() => bytes() === seconds * 32_000);
    server.recognizer.streams.at(-1)?.final(text, 'silence', 0.5);
  };
  return { transcriber, hear, commands, partials, problems };
}
