import { MOST_HEARINGS } from '@auscult/asr';
import {
  declarationOf,
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
import { recordingConfig, settingsUnasked } from '../src/config/recognition.js';
import { settingNamed } from '../src/config/settings.js';
import { connectOptedIn } from './support/client.js';
import { startScriptedServer } from './support/scripted-server.js';
import { unlikeUnasked } from './support/unlike-unasked.js';
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
    expect(server.recognizer.streams[0]?.options).toMatchObject(asHeard(name, value));
    const [{ sessionId } = { sessionId: '' }] = client.all('ready');
    expect(await recordOf(server.url, sessionId)).toMatchObject(asKept(name, value));
  });

  test.each(ofRecordings)('%s reaches the recognizer and the record by the form', async (name) => {
    const value = unlikeUnasked(name);
    const server = await bilingualServer();
    const { id } = await submit(server.url, await clipFile(), { [name]: String(value) });
    expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
    const { streams } = server.recognizer;
    if (name === 'hearings') expect(streams).toHaveLength(Number(value));
    else expect(streams[0]?.options).toMatchObject({ [name]: value });
    expect(await recordOf(server.url, id)).toMatchObject(asKept(name, value));
  });

  test.each(recordingConfig)('%s is a flag of `auscult transcribe`', (name) => {
    const value = unlikeUnasked(name);
    const { flag, kind } = settingNamed(name);
    const command = addRecordingOptions(new Command()).argument('<recording>');
    command.parse([flag, ...(kind === 'boolean' ? [] : [String(value)]), 'visit.wav'], { from: 'user' });
    expect(settingsUnasked(configFrom(command.opts()))[name]).toBe(value);
    expect(command.args).toEqual(['visit.wav']);
  });
});

test('what the configuration has on, `auscult transcribe` can switch off', () => {
  const command = addRecordingOptions(new Command());
  command.parse(['--no-written-form'], { from: 'user' });
  expect(configFrom(command.opts()).writtenForm).toBe(false);
});

test('a recording may be heard as often as the recognizer can', () => {
  expect(recognitionSettings.hearings.value.maxValue).toBe(MOST_HEARINGS);
});

/** A server whose model can do all that can be asked for. */
async function bilingualServer() {
  const server = await startScriptedServer({ maxUtteranceSeconds: '15' });
  Object.assign(server.recognizer.model, { tasks: ['transcribe', 'translate'] });
  return server;
}

function asHeard(name: keyof SessionSettings, value: unknown): object {
  if (name !== 'endpointing') return { [name]: value };
  const { silenceMs, maxUtteranceSeconds } = value as SessionSettings['endpointing'];
  return { endpointingMs: silenceMs, maxUtteranceSeconds };
}

/** What the record says of a setting with that value; what only says what is sent, it does not say. */
function asKept(name: SettingName, value: unknown): object {
  const { kept } = declarationOf(name);
  if (kept === undefined)
    return { settings: expect.not.objectContaining({ [name]: expect.anything() as unknown }) as unknown };
  if (kept === 'column') return { [name]: value };
  return { settings: { [name]: value === 'on' || value === 'on-stop' ? true : value } };
}

async function recordOf(url: string, id: string): Promise<unknown> {
  return (await fetch(`${url}/api/v1/sessions/${id}`)).json();
}
