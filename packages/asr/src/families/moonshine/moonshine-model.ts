import type { InferenceSession } from '@auscult/onnxruntime';
import type { ModelGeometry } from '../../decoding/model-geometry.js';
import { openGraph } from '../../decoding/open-graph.js';
import type { SpeechModel } from '../../decoding/speech-model.js';
import { createStreamEncoder } from '../../decoding/stream-encoder.js';
import { firstTokensOnly } from '../../decoding/token-rules.js';
import { SAMPLE_RATE } from '../../audio/sample-rate.js';
import { MOST_TOKENS } from './moonshine-geometry.js';
import { moonshineTokens, moonshineTokenText } from './moonshine-text.js';

/** Prepared graphs of a Moonshine model. */
interface MoonshineFiles {
  readonly encoderPath: string;
  readonly decoderPath: string;
  readonly geometry: ModelGeometry;
}

/** Loads a prepared Moonshine model. Throws what the runtime throws. */
export async function openMoonshine({
  encoderPath,
  decoderPath,
  geometry,
}: MoonshineFiles): Promise<SpeechModel> {
  return moonshineModel(await openGraph(encoderPath), await openGraph(decoderPath), geometry);
}

/** The model over prepared graphs that are loaded. */
export function moonshineModel(
  encoder: InferenceSession,
  decoder: InferenceSession,
  geometry: ModelGeometry,
): SpeechModel {
  const rules = firstTokensOnly(geometry.textTokens);
  return {
    geometry,
    encoder: createStreamEncoder(encoder, geometry),
    decoder,
    secondsPerFrame: geometry.samplesPerFrame / SAMPLE_RATE,
    endToken: geometry.endToken,
    maxTokensPerSecond: geometry.maxTokensPerSecond,
    maxTokens: MOST_TOKENS,
    prompt: (_request, _language, prefix) => [...geometry.startTokens, ...prefix],
    rules: () => rules,
    textTokens: geometry.textTokens,
    textOf: moonshineTokenText,
    encode: moonshineTokens,
  };
}
