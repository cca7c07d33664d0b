import { MOST_HEARINGS } from '@auscult/asr';
import {
  recognitionSettings,
  recordingSettings,
  sessionSettings,
  settingNames,
  type RecordingSettings,
  type SessionSettings,
  type SettingName,
} from '@auscult/protocol';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addRecordingOptions, configFrom } from '../src/cli/setting-options.js';
import { recordingConfig, settingsByDefault } from '../src/config/recognition.js';
import { settingNamed } from '../src/config/settings.js';
import { expectKept, expectTaken, SAID, unlikeUnasked } from './support/asked-settings.js';
import { connectOptedIn } from './support/client.js';
import { startScriptedServer } from './support/scripted-server.js';
import { clipFile, ended, submit } from './support/upload.js';

const ofSessions = Object.keys(sessionSettings.shape) as (keyof SessionSettings)[];
const ofRecordings = Object.keys(recordingSettings.shape) as (keyof RecordingSettings)[];

describe('every setting that is declared', () => {
  test('can be asked for somewhere', () => {
    expect(new Set<SettingName>([...ofSessions, ...ofRecordings])).toEqual(new Set(settingNames));
  });

  test.each(ofSessions)('%s reaches the recognizer and the record by `configure`', async (name) => {
    const value = unlikeUnasked(name);
    const server = await bilingualServer();
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', [name]: value });
    expect((await client.next('ready'))[name]).toEqual(value);
    client.send(new Uint8Array(3200));
    client.send({ type: 'stop' });
    await client.next('stopped');
    const [{ sessionId } = { sessionId: '' }] = client.all('ready');
    const record = await recordOf(server.url, sessionId);
    expectKept(name, value, record);
    expectTaken(name, value, { streams: server.recognizer.streams, text: record.text });
  });

  test.each(ofRecordings)('%s reaches the recognizer and the record by the form', async (name) => {
    const value = unlikeUnasked(name);
    const server = await bilingualServer();
    const { id } = await submit(server.url, await clipFile(), { [name]: String(value) });
    expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
    const record = await recordOf(server.url, id);
    expectKept(name, value, record);
    expectTaken(name, value, { streams: server.recognizer.streams, text: record.text });
  });

  test.each(recordingConfig)('%s is a flag of `auscult transcribe`', (name) => {
    const value = unlikeUnasked(name);
    const { flag, kind } = settingNamed(name);
    const command = addRecordingOptions(new Command()).argument('<recording>');
    command.parse([flag, ...(kind === 'boolean' ? [] : [String(value)]), 'visit.wav'], { from: 'user' });
    expect(settingsByDefault(configFrom(command.opts()))[name]).toBe(value);
    expect(command.args).toEqual(['visit.wav']);
  });
});

test('`auscult transcribe` can switch off what the configuration has on', () => {
  const command = addRecordingOptions(new Command());
  command.parse(['--no-written-form'], { from: 'user' });
  expect(configFrom(command.opts()).writtenForm).toBe(false);
});

test('the limit of hearings is that of the recognizer', () => {
  expect(recognitionSettings.hearings.value.maxValue).toBe(MOST_HEARINGS);
});

test('the text is as spoken unless a setting changes it', async () => {
  const server = await bilingualServer();
  const { id } = await submit(server.url, await clipFile());
  await ended(server.url, id);
  expect((await recordOf(server.url, id)).text).toBe(SAID);
});

/** A server whose model can do all that can be asked for. */
async function bilingualServer() {
  const server = await startScriptedServer({ maxUtteranceSeconds: '15' });
  Object.assign(server.recognizer.model, { tasks: ['transcribe', 'translate'] });
  server.recognizer.says = SAID;
  return server;
}

async function recordOf(url: string, id: string): Promise<{ readonly text: string }> {
  return (await (await fetch(`${url}/api/v1/sessions/${id}`)).json()) as { text: string };
}
