import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SpeechError } from '../../../src/speech-error.js';
import { installVariant } from '../../../src/models/store/install-variant.js';
import { repositoryFolder, revisionFolder } from '../../../src/models/store/layout.js';
import { expectRefusal } from './expect-refusal.js';
import { startHub, type Fault } from './hub.js';
import {
  CONFIGURATION,
  DECODER,
  ENCODER,
  filesBelow,
  makeFixture,
  REPOSITORY,
  REVISION,
  whisperFiles,
  type Fixture,
} from './store-fixture.js';

describe('a model that is fetched', () => {
  test('is whole, holds nothing else, and is not fetched again', async () => {
    const fixture = await makeFixture();
    const { folder, files } = await installVariant(fixture.pinned, 'int8', fixture.open());
    expect([...files.keys()].toSorted()).toEqual([...CONFIGURATION, DECODER, ENCODER].toSorted());
    await expectWhole(fixture, folder);
    expect(await filesBelow(folder)).toEqual(
      [...CONFIGURATION, DECODER, ENCODER, 'manifest.json'].toSorted(),
    );

    const asked = fixture.hub.requests.length;
    // All is pinned: the hub need not be asked what it has.
    expect(fixture.hub.requests.some(({ path: asked }) => asked.startsWith('/api/'))).toBe(false);
    await installVariant(fixture.pinned, 'int8', fixture.open());
    await installVariant(fixture.pinned, 'int8', fixture.open({ offline: true }));
    expect(fixture.hub.requests).toHaveLength(asked);
  });

  test('reports its progress', async () => {
    const fixture = await makeFixture();
    await installVariant(fixture.pinned, 'int8', fixture.open());
    const received = fixture.progress.filter((step) => step.kind === 'received');
    const total = [...CONFIGURATION, ENCODER, DECODER].reduce(
      (sum, file) => sum + (fixture.content.files.get(file)?.length ?? 0),
      0,
    );
    expect(received.map(({ receivedBytes }) => receivedBytes)).toEqual(
      received.map(({ receivedBytes }) => receivedBytes).toSorted((one, other) => one - other),
    );
    expect(received.at(-1)).toMatchObject({ receivedBytes: total, totalBytes: total });
  });

  test('comes with the weights outside of its graphs, and names its published weight format', async () => {
    const files = whisperFiles();
    for (const name of ['encoder_model.onnx', 'encoder_model.onnx_data', 'encoder_model.onnx_data_1']) {
      files.set(`onnx/${name}`, Buffer.from(name));
    }
    files.set('onnx/decoder_model_merged.onnx', Buffer.from('decoder'));
    const fixture = await makeFixture(files);
    const { folder } = await installVariant(fixture.unpinned, 'float32', fixture.open());
    expect(await filesBelow(path.join(folder, 'onnx'))).toEqual([
      'decoder_model_merged.onnx',
      'encoder_model.onnx',
      'encoder_model.onnx_data',
      'encoder_model.onnx_data_1',
    ]);
    await expectRefusal(installVariant(fixture.unpinned, 'float16', fixture.open()), {
      code: 'unsupported_compute_type',
      message: ['float16', REPOSITORY],
      remedy: ['int8 or float32'],
    });
  });

  test('that is no Whisper model is refused before its weights are fetched', async () => {
    const files = whisperFiles().set('config.json', Buffer.from('{"model_type":"bert"}'));
    const fixture = await makeFixture(files);
    await expectRefusal(installVariant(fixture.unpinned, 'int8', fixture.open()), {
      code: 'unknown_model',
      message: [REPOSITORY],
      remedy: ['models list'],
    });
    expect(fixture.hub.timesAsked(ENCODER)).toBe(0);
  });
});

describe('a hub that fails', () => {
  test.each<[string, Fault]>([
    ['breaks the connection', { kind: 'break', afterBytes: 300_000 }],
    ['stalls', { kind: 'stall', afterBytes: 300_000 }],
    ['promises more than it sends', { kind: 'wrong-length', by: 5_000 }],
    ['promises less than there is', { kind: 'wrong-length', by: -5_000 }],
    ['is overloaded', { kind: 'status', status: 503 }],
    ['has a failure', { kind: 'status', status: 500 }],
  ])('and %s is asked again', async (_how, fault) => {
    const fixture = await makeFixture();
    fixture.hub.faults.set(ENCODER, [fault]);
    const { folder } = await installVariant(fixture.pinned, 'int8', fixture.open());
    await expectWhole(fixture, folder);
    expect(fixture.hub.faults.get(ENCODER)).toEqual([]);
  });

  test('midway is asked only for the rest, however often it fails', async () => {
    const fixture = await makeFixture(whisperFiles().set(DECODER, randomBytes(4_000_000)));
    const times = 8;
    fixture.hub.faults.set(
      DECODER,
      Array.from({ length: times }, () => ({ kind: 'break', afterBytes: 300_000 })),
    );
    const { folder } = await installVariant(fixture.pinned, 'int8', fixture.open());
    await expectWhole(fixture, folder);
    const asked = fixture.hub.requests.filter(({ path: file }) => file.endsWith(DECODER));
    expect(asked).toHaveLength(times + 1);
    expect(asked.slice(1).every(({ headers }) => /^bytes=[1-9]\d+-$/.test(headers.range ?? ''))).toBe(true);
  });

  test('for good is given up, and a later process goes on from there', async () => {
    const fixture = await makeFixture();
    fixture.hub.faults.set(ENCODER, [
      { kind: 'break', afterBytes: 300_000 },
      ...Array.from({ length: 3 }, () => ({ kind: 'status', status: 502 }) as const),
    ]);
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open()), {
      code: 'download_failed',
      message: ['502', ENCODER],
      remedy: ['goes on from there'],
    });
    const folder = revisionFolder(fixture.directory, REPOSITORY, REVISION);
    expect(await filesBelow(folder)).toContain(`${ENCODER}.part`);
    expect(await filesBelow(folder)).not.toContain(ENCODER);

    await installVariant(fixture.pinned, 'int8', fixture.open());
    await expectWhole(fixture, folder);
    const last = fixture.hub.requests.filter(({ path: file }) => file.endsWith(ENCODER)).at(-1);
    expect(last?.headers.range).toMatch(/^bytes=[1-9]\d+-$/);
    expect(last?.headers['if-range']).toMatch(/^".*"$/);
    expect(fixture.hub.timesAsked('config.json')).toBe(1);
  });

  test('with 429 is asked again after the time that it names', async () => {
    const fixture = await makeFixture();
    fixture.hub.faults.set(ENCODER, [{ kind: 'status', status: 429, headers: { 'retry-after': '1' } }]);
    await installVariant(fixture.pinned, 'int8', fixture.open());
    expect(fixture.progress).toContainEqual(
      expect.objectContaining({ kind: 'retrying', code: 'download_failed', inSeconds: 1 }),
    );
  });

  test('and asks for too long a wait is given up at once', async () => {
    const fixture = await makeFixture();
    fixture.hub.faults.set(ENCODER, [{ kind: 'status', status: 429, headers: { 'retry-after': '86400' } }]);
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open()), {
      code: 'download_failed',
      message: ['429'],
      remedy: ['later'],
    });
  });

  test('and cannot be reached is reported, with what can be done without a network', async () => {
    const fixture = await makeFixture();
    const gone = await startHub(fixture.content);
    await gone.close();
    const store = fixture.open({ environment: { HF_ENDPOINT: gone.endpoint } });
    await expectRefusal(installVariant(fixture.pinned, 'int8', store), {
      code: 'network_unavailable',
      message: [new URL(gone.endpoint).host],
      remedy: ['HTTPS_PROXY', 'models import'],
    });
  });
});

describe('wrong bytes', () => {
  test.each<[string, Fault]>([
    ['altered', { kind: 'altered' }],
    ['too many', { kind: 'too-long' }],
  ])('(%s) are fetched once more from the beginning', async (_what, fault) => {
    const fixture = await makeFixture();
    fixture.hub.faults.set(DECODER, [fault]);
    const { folder } = await installVariant(fixture.pinned, 'int8', fixture.open());
    await expectWhole(fixture, folder);
    expect(fixture.hub.timesAsked(DECODER)).toBe(2);
    expect(fixture.hub.requests.at(-1)?.headers.range).toBeUndefined();
  });

  test('twice are refused, and nothing of them is kept', async () => {
    const fixture = await makeFixture();
    fixture.hub.faults.set(DECODER, [{ kind: 'altered' }, { kind: 'altered' }]);
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open()), {
      code: 'model_corrupt',
      message: [DECODER],
      remedy: ['HF_ENDPOINT'],
    });
    expect((await filesBelow(fixture.directory)).filter((file) => file.includes('decoder'))).toEqual([]);
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open({ offline: true })), {
      code: 'model_missing',
      message: ['int8'],
      remedy: ['models pull'],
    });
  });

  test('are noticed without a pin, by the hashes that the hub lists', async () => {
    const fixture = await makeFixture();
    fixture.hub.faults.set(DECODER, [{ kind: 'altered' }, { kind: 'altered' }]);
    await expect(installVariant(fixture.unpinned, 'int8', fixture.open())).rejects.toMatchObject({
      code: 'model_corrupt',
    });
  });

  test('at the beginning of another version are not continued', async () => {
    const fixture = await makeFixture();
    const pins = {
      revision: REVISION,
      files: { ...fixture.pinned.pins.files, 'tokenizer.json': {} },
    };
    const model = { ...fixture.pinned, pins };
    fixture.hub.faults.set('tokenizer.json', [
      { kind: 'break', afterBytes: 1 },
      ...Array.from({ length: 3 }, () => ({ kind: 'status', status: 500 }) as const),
    ]);
    await expect(installVariant(model, 'int8', fixture.open())).rejects.toThrow(SpeechError);
    fixture.content.files.set('tokenizer.json', Buffer.from('[1, 2, 3]'));
    const { folder } = await installVariant(model, 'int8', fixture.open());
    expect(await readFile(path.join(folder, 'tokenizer.json'), 'utf8')).toBe('[1, 2, 3]');
  });
});

describe('a repository without pins', () => {
  test('keeps the commit and the files of the first installation', async () => {
    const fixture = await makeFixture();
    const first = await installVariant(fixture.unpinned, 'int8', fixture.open());
    expect(first.revision).toBe(REVISION);

    fixture.content.revision = 'f'.repeat(40);
    const second = await installVariant(fixture.unpinned, 'int8', fixture.open());
    expect(second.revision).toBe(REVISION);

    fixture.content.revision = REVISION;
    await rm(path.join(first.folder, 'tokenizer.json'));
    fixture.content.files.set('tokenizer.json', Buffer.from('{"other":true}'));
    await expectRefusal(installVariant(fixture.unpinned, 'int8', fixture.open()), {
      code: 'model_corrupt',
      message: ['tokenizer.json'],
      remedy: [],
    });
  });
});

describe('a file that was altered on the disk', () => {
  test('is replaced, or reported where nothing may be fetched', async () => {
    const fixture = await makeFixture();
    const { folder } = await installVariant(fixture.pinned, 'int8', fixture.open());
    await writeFile(path.join(folder, ENCODER), 'something else');
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open({ offline: true })), {
      code: 'model_corrupt',
      message: [path.join(folder, ENCODER)],
      remedy: ['models pull', 'models import'],
    });
    await installVariant(fixture.pinned, 'int8', fixture.open());
    await expectWhole(fixture, folder);
    expect(fixture.hub.timesAsked(DECODER)).toBe(1);
  });
});

describe('obstacles on this machine', () => {
  test('a full disk is reported before anything is fetched', async () => {
    const fixture = await makeFixture();
    const store = fixture.open({ freeBytes: () => Promise.resolve(50_000_000) });
    await expectRefusal(installVariant(fixture.pinned, 'int8', store), {
      code: 'disk_full',
      message: ['MB are needed', '50 MB are free'],
      remedy: ['models remove', '--model-directory'],
    });
    expect(fixture.hub.requests).toEqual([]);
  });

  test('a folder that cannot be written is reported with the setting', async () => {
    const fixture = await makeFixture();
    const file = path.join(fixture.directory, 'a-file');
    await writeFile(file, '');
    await expectRefusal(installVariant(fixture.pinned, 'int8', { ...fixture.open(), directory: file }), {
      code: 'model_directory_not_writable',
      message: [file],
      remedy: ['--model-directory', 'AUSCULT_MODEL_DIRECTORY'],
    });
  });

  test('offline by setting, the hub is not asked', async () => {
    const fixture = await makeFixture();
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open({ offline: true })), {
      code: 'model_missing',
      message: ['small-whisper', fixture.directory, 'offline'],
      remedy: ['models pull small-whisper --compute-type int8', 'models import'],
    });
    expect(fixture.hub.requests).toEqual([]);
    expect(await filesBelow(fixture.directory)).toEqual([]);
  });

  test('a lock that a crash left is taken over', async () => {
    const fixture = await makeFixture();
    const lock = `${repositoryFolder(fixture.directory, REPOSITORY)}.lock`;
    await mkdir(lock, { recursive: true });
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(lock, longAgo, longAgo);
    const { folder } = await installVariant(fixture.pinned, 'int8', fixture.open());
    await expectWhole(fixture, folder);
  });
});

async function expectWhole({ content }: Fixture, folder: string): Promise<void> {
  for (const file of [...CONFIGURATION, ENCODER, DECODER]) {
    expect(content.files.get(file)?.equals(await readFile(path.join(folder, file)))).toBe(true);
  }
  expect((await filesBelow(folder)).filter((file) => file.includes('.part'))).toEqual([]);
}
