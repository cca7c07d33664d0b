import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelFamily } from '../../../src/families/model-family.js';
import type { ComputeType } from '../../../src/models/compute-type.js';
import type { ResolvedModel } from '../../../src/models/resolved-model.js';

/** A family that hears nothing. */
export const toyFamily: ModelFamily = {
  name: 'toy',
  title: 'Toy',
  catalog: [
    {
      name: 'toy-one',
      family: 'toy',
      languages: ['cy'],
      license: 'MIT',
      source: 'test',
      default: false,
      figures: {
        downloadBytes: 0,
        memory: { bytes: 1, measured: false },
        speed: { timesRealTime: 1, measured: false },
      },
      repository: 'toys/one',
      aliases: ['one'],
      supply: 'built-in',
      installed: () => ['float32'],
      installedBytes: 7,
      resolve: (computeType) => Promise.resolve(resolved('/toys/one', computeType)),
    },
  ],
  resolveFolder: (folder, computeType) => Promise.resolve(resolved(folder, computeType)),
  stored: {
    modelType: 'toy',
    resolve: (_name, computeType, { folder }) => Promise.resolve(resolved(folder, computeType)),
  },
  async prepare({ name }, weights, { encoder, decoder }) {
    await writeFile(encoder, `encoder of ${name} in ${weights}`);
    await writeFile(decoder, `decoder of ${name} in ${weights}`);
  },
  open: ({ model: { name } }) => Promise.reject(new Error(`nobody opens ${name}`)),
  loadTokenText: () => Promise.resolve(() => ({ bytes: new Uint8Array(0), beginsWord: true })),
  jobLimits: () => Promise.resolve({ textTokens: 1, maxTokens: 20, leastSamples: 1 }),
  unfitDevices: { cuda: 'toys have no GPU' },
  beams: 3,
  calibration: { slope: 1, shift: 0 },
  tasksOf: () => ['transcribe'],
  wordBreaksOf: () => 'characters',
  hearings: [{ endpointingMs: 900 }],
};

function resolved(folder: string, computeType: ComputeType): ResolvedModel {
  return {
    name: path.basename(folder),
    family: 'toy',
    languages: ['cy'],
    computeType,
    encoderPath: path.join(folder, 'encoder'),
    decoderPath: path.join(folder, 'decoder'),
    folder,
    fingerprint: 'f'.repeat(128),
  };
}
