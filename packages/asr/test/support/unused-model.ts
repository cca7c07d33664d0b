import type { ResolvedModel } from '../../src/models/resolved-model.js';

/** A model for processes and slots that load none. */
export const unusedModel: ResolvedModel = {
  name: 'none',
  family: 'moonshine',
  languages: ['en'],
  computeType: 'int8',
  encoderPath: '',
  decoderPath: '',
  folder: '',
  fingerprint: '',
};
