import type { StoredEntry } from '../../models/catalog-entry.js';
import { estimateFigures } from '../../models/model-figures.js';
import { languagesOf } from './languages.js';
import { whisperPins } from './whisper-pins.js';

type Size = keyof typeof whisperPins;

/**
 * Parameters from the shapes of the networks (Radford et al. 2022, table 1; turbo: four decoder layers). Download
 * sizes are those of the int8 files; those of `medium.en`, `large-v2` and `large-v3` are calculated: the token
 * embedding is stored in float32, all else in int8.
 */
const PARAMETERS: Readonly<Record<Size, Parameters<typeof estimateFigures>[0]>> = {
  tiny: { encoder: 8.2e6, decoder: 29.6e6, downloadBytes: 43e6 },
  'tiny.en': { encoder: 8.2e6, decoder: 29.6e6, downloadBytes: 43e6 },
  base: { encoder: 20.6e6, decoder: 52e6, downloadBytes: 79e6 },
  'base.en': { encoder: 20.6e6, decoder: 52e6, downloadBytes: 79e6 },
  small: { encoder: 88.2e6, decoder: 153.6e6, downloadBytes: 252e6 },
  'small.en': { encoder: 88.2e6, decoder: 153.6e6, downloadBytes: 252e6 },
  medium: { encoder: 307e6, decoder: 456e6, downloadBytes: 990e6 },
  'medium.en': { encoder: 307e6, decoder: 456e6, downloadBytes: 990e6 },
  'large-v3-turbo': { encoder: 637e6, decoder: 172e6, downloadBytes: 1_090e6 },
  'large-v2': { encoder: 637e6, decoder: 906e6, downloadBytes: 1_820e6 },
  'large-v3': { encoder: 637e6, decoder: 906e6, downloadBytes: 1_820e6 },
};

/** The Whisper models, the smallest first. */
export const whisperCatalog: readonly StoredEntry[] = [
  whisper('tiny', 'whisper-tiny'),
  whisper('tiny.en', 'whisper-tiny.en'),
  whisper('base', 'whisper-base'),
  whisper('base.en', 'whisper-base.en'),
  whisper('small', 'whisper-small'),
  whisper('small.en', 'whisper-small.en'),
  whisper('medium', 'whisper-medium-ONNX'),
  whisper('medium.en', 'whisper-medium.en-ONNX'),
  whisper('large-v3-turbo', 'whisper-large-v3-turbo', ['turbo']),
  whisper('large-v2', 'whisper-large-v2-ONNX'),
  whisper('large-v3', 'whisper-large-v3-ONNX', ['large']),
];

function whisper(size: Size, published: string, aliases: readonly string[] = []): StoredEntry {
  const repository = `onnx-community/${published}`;
  return {
    name: `whisper-${size}`,
    family: 'whisper',
    languages: languagesOf(languageSet(size)),
    license: 'MIT',
    source: `huggingface:${repository}`,
    default: false,
    figures: estimateFigures(PARAMETERS[size]),
    repository,
    supply: 'stored',
    pins: whisperPins[size],
    aliases: [size, `openai/whisper-${size}`, ...aliases],
  };
}

/** Cantonese came with the third version. */
function languageSet(size: Size): Parameters<typeof languagesOf>[0] {
  if (size.endsWith('.en')) return 'english-only';
  return size.includes('-v3') ? 'with-cantonese' : 'multilingual';
}
