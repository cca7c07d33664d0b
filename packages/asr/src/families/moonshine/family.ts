import type { ModelFamily } from '../model-family.js';
import { moonshineCatalog } from './moonshine-catalog.js';
import { resolveMoonshineFolder } from './moonshine-files.js';
import { LEAST_SAMPLES, MOST_TOKENS } from './moonshine-geometry.js';

/** Small models that recognise English as it is spoken. A process loads only the parts of the family that it uses. */
export const moonshineFamily: ModelFamily = {
  name: 'moonshine',
  title: 'Moonshine',
  catalog: moonshineCatalog,
  resolveFolder: resolveMoonshineFolder,
  async prepare(model, weights, files) {
    const { prepareMoonshine } = await import('./prepare-moonshine.js');
    await prepareMoonshine(model, { int8Weights: weights === 'int8' }, files);
  },
  async open({ model: { geometry }, graphs }) {
    if (!geometry) throw new TypeError('a Moonshine model has a shape');
    const { openMoonshine } = await import('./moonshine-model.js');
    return openMoonshine({ ...graphs, geometry });
  },
  async loadTokenText() {
    const { moonshineTokenText } = await import('./moonshine-text.js');
    return moonshineTokenText;
  },
  jobLimits({ geometry }) {
    if (!geometry) throw new TypeError('a Moonshine model has a shape');
    return Promise.resolve({
      textTokens: geometry.textTokens,
      maxTokens: MOST_TOKENS,
      leastSamples: LEAST_SAMPLES,
    });
  },
  unfitDevices: {
    cuda: 'Moonshine models are prepared for the CPU, where they are faster than one stream needs',
  },
  // More beams do not improve its text (bench `accuracy`).
  beams: 1,
  // Fitted by logistic regression of whether words were right on their log-odds (Platt 1999; bench `calibration`).
  calibration: { slope: 0.72, shift: 1.17 },
  tasksOf: () => ['transcribe'],
  wordBreaksOf: () => 'spaces',
  // Moonshine gives up on long utterances, so it hears shorter ones in their context, cut at pauses a little longer than
  // in live streams. At another speed, it makes other mistakes (bench `accuracy --whole --hearings 4`).
  hearings: [
    { endpointingMs: 700 },
    { endpointingMs: 500, speed: 1.06 },
    { endpointingMs: 1000, contextSeconds: 15, speed: 0.94 },
    { endpointingMs: 400, contextSeconds: 25 },
  ],
};
