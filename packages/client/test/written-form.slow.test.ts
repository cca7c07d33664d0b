import { describe, expect, onTestFinished, test } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../../server/test/support/scripted-server.js';
import { until } from '../../server/test/support/until.js';
import { createTranscriber, type Segment, type Transcript, type TranscriberOptions } from '../src/node.js';
import { startFaultyProxy } from './support/faulty-proxy.js';

const SPOKEN = 'Give twenty five milligrams.';

describe('text in written form', () => {
  test('comes with the spoken text of finals and of their words', async () => {
    const server = await startScriptedServer();
    const { finals, transcript } = await dictate(server, [SPOKEN, 'No pain.'], {
      writtenForm: 'on',
      words: true,
    });
    expect(finals[0]).toMatchObject({ text: 'Give 25 mg.', spoken: SPOKEN });
    expect(finals[0]?.words?.map(({ text, spoken }) => [text, spoken])).toEqual([
      ['Give', undefined],
      ['25', 'twenty five'],
      ['mg.', 'milligrams.'],
    ]);
    expect(finals[1]).not.toHaveProperty('spoken');
    expect(transcript.text).toBe('Give 25 mg. No pain.');
  });

  test('is used in the record pass, too', async () => {
    const server = await startScriptedServer({ refineHearings: '1' });
    server.recognizer.says = SPOKEN;
    const { refined } = await dictate(server, [SPOKEN], { writtenForm: 'on', refine: 'on-stop' });
    expect(refined?.[0]).toMatchObject({ text: 'Give 25 mg.', spoken: SPOKEN });
  });

  test('is off by default', async () => {
    const { transcript } = await dictate(await startScriptedServer(), [SPOKEN, 'Scratch that.'], {});
    expect(transcript.text).toBe(`${SPOKEN} Scratch that.`);
  });
});

describe('dictation commands', () => {
  test('break lines, and no space stands beside a break', async () => {
    const said = ['No fever. New paragraph. Plan.', 'New line.', 'Rest.', 'Fluids.'];
    const { transcript } = await dictate(await startScriptedServer(), said, { dictationCommands: 'on' });
    expect(transcript.text).toBe('No fever.\n\nPlan.\nRest. Fluids.');
  });

  test('take back finals, and a final with nothing but commands adds no segment', async () => {
    const said = ['No fever.', 'No cough.', 'Scratch that.', 'Scratch that.', 'Rest.'];
    const { finals, transcript } = await dictate(await startScriptedServer(), said, {
      dictationCommands: 'on',
    });
    expect(finals.map(({ text, removes }) => [text, removes])).toEqual([
      ['No fever.', undefined],
      ['No cough.', undefined],
      ['', [1]],
      ['', [0]],
      ['Rest.', undefined],
    ]);
    expect(transcript.segments).toEqual([finals[4]]);
  });

  test('take back only in their own channel', async () => {
    const said = ['No fever.', 'Scratch that.'];
    const { transcript } = await dictate(await startScriptedServer(), said, {
      dictationCommands: 'on',
      channels: 2,
    });
    expect(transcript.segments.map(({ channel, text }) => [channel, text])).toEqual([[1, 'heard']]);
  });

  test('are obeyed once when the connection breaks', async () => {
    const server = await startScriptedServer();
    const proxy = await startFaultyProxy(Number(new URL(server.url).port));
    onTestFinished(() => proxy.close());
    const said = ['No fever.', 'No cough.', 'No rash.', 'Scratch that.', 'Rest.', 'Scratch that.'];
    const { finals, transcript } = await dictate(
      server,
      said,
      { url: `http://127.0.0.1:${proxy.port}`, dictationCommands: 'on' },
      proxy.cut,
    );
    expect(finals.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(transcript.text).toBe('No fever. No cough.');
  });
});

interface Dictation {
  readonly finals: readonly Segment[];
  readonly refined: readonly Segment[] | undefined;
  readonly transcript: Transcript;
}

/**
 * Has the server hear one sentence after another, of the first channel, and what the SDK makes of them. A second channel
 * hears one word. `beforeEach` is called before each sentence.
 */
async function dictate(
  { url, recognizer }: ScriptedServer,
  sentences: readonly string[],
  options: TranscriberOptions,
  beforeEach: () => void = () => undefined,
): Promise<Dictation> {
  const { channels = 1, refine } = options;
  const finals: Segment[] = [];
  const transcriber = createTranscriber({ url, ...options });
  transcriber.on('final', (segment) => finals.push(segment));
  const refining = new Promise<readonly Segment[] | undefined>((resolve) => {
    if (refine === undefined) resolve(undefined);
    transcriber.on('refined', ({ segments }) => {
      resolve(segments);
    });
  });
  const bytes = (): number =>
    (recognizer.streams[0]?.pushed ?? []).reduce((sum, { length }) => sum + length, 0);
  await transcriber.start(
    (async function* () {
      for (const [index, sentence] of sentences.entries()) {
        yield new Int16Array(SENTENCE_SAMPLES * channels);
        await until(() => bytes() === (index + 1) * SENTENCE_SAMPLES * 2);
        beforeEach();
        recognizer.streams[0]?.final(sentence);
      }
      recognizer.streams[1]?.final('heard');
      await until(() => finals.length === sentences.length + channels - 1);
    })(),
  );
  const transcript = await transcriber.stop();
  return { finals, refined: await refining, transcript };
}

const SENTENCE_SAMPLES = 16_000;
