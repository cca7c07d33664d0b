import type { ModelFamily } from '../model-family.js';
import { wordBreaksOf } from './languages.js';
import { whisperCatalog } from './whisper-catalog.js';
import { resolveWhisperFolder, resolveWhisperVariant } from './whisper-files.js';

/** Models of many languages and sizes. A process loads only the parts of the family that it uses. */
export const whisperFamily: ModelFamily = {
  name: 'whisper',
  title: 'Whisper',
  catalog: whisperCatalog,
  resolveFolder: resolveWhisperFolder,
  stored: { modelType: 'whisper', resolve: resolveWhisperVariant },
  async prepare(model, weights, files) {
    const { prepareWhisper } = await import('./prepare-whisper.js');
    const products = weights === 'float' ? 'floats' : 'integers';
    await prepareWhisper(model, { products, int8Weights: weights === 'int8' }, files);
  },
  async open({ model: { folder }, graphs, device }) {
    const { openWhisper } = await import('./whisper-model.js');
    return openWhisper({ ...graphs, folder, device });
  },
  async loadTokenText({ folder }) {
    const { loadWhisperTokenizer } = await import('./whisper-tokenizer.js');
    return (await loadWhisperTokenizer(folder)).textOf;
  },
  async jobLimits({ folder }) {
    const { readWhisperShape } = await import('./whisper-shape.js');
    const { loadWhisperTokenizer } = await import('./whisper-tokenizer.js');
    const [{ maxTokens }, { endOfText }] = await Promise.all([
      readWhisperShape(folder),
      loadWhisperTokenizer(folder),
    ]);
    return { textTokens: endOfText, maxTokens, leastSamples: 1 };
  },
  unfitDevices: {},
  // A quarter fewer errors than with a greedy search (bench `accuracy`).
  beams: 5,
  // Fitted by logistic regression of whether words were right on their log-odds (Platt 1999; bench `calibration`).
  calibration: { slope: 0.74, shift: 0.77 },
  // Models of a single language were not trained to translate.
  tasksOf: (languages) => (languages.length > 1 ? ['transcribe', 'translate'] : ['transcribe']),
  wordBreaksOf,
  // Long windows, cut at long pauses and each heard by itself, so that several are decoded at a time. All other settings
  // that were tried did worse.
  hearings: [{ endpointingMs: 1500, maxUtteranceSeconds: 25, contextSeconds: 0 }],
};
