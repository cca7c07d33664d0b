import { fileURLToPath } from 'node:url';
import { openRecording, SpeechError, startRecognizer, transcribeRecording, verifyModel } from '@auscult/asr';
import type { Config } from '../../config/schema.js';
import { modelStore, recognizerOptions } from '../../recognizer-options.js';
import type { CheckResult } from './check.js';
import { failedCheck } from './surroundings.js';

/** Whether the model's files are installed and unchanged since they were published, or can still be fetched. */
export async function checkModel(
  config: Pick<Config, 'model' | 'computeType' | 'modelDirectory' | 'offline'>,
): Promise<CheckResult> {
  const { model, computeType, offline } = config;
  try {
    await verifyModel(model, { computeType, store: modelStore(config) });
    return { state: 'ok', message: `${model} is here and unaltered` };
  } catch (error) {
    const fetchable = error instanceof SpeechError && error.code === 'model_missing' && !offline;
    return fetchable ? { ...failedCheck(error), state: 'warning' } : failedCheck(error);
  }
}

/** Whether a few seconds of speech are recognised correctly, all the way through an inference process. */
export async function checkTranscription(config: Config): Promise<CheckResult> {
  try {
    const startedAt = performance.now();
    const words = await transcribeClip(config);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    const missing = CLIP_WORDS.filter((word) => !words.includes(word));
    if (missing.length <= 1)
      return { state: 'ok', message: `a sentence was recognised, ${seconds} s with the start` };
    return {
      state: 'failed',
      message: `${missing.length} of ${CLIP_WORDS.length} words of a clear sentence were not recognised`,
      remedy: `Use the default model, or a model of the language that is set (${config.language}).`,
    };
  } catch (error) {
    return failedCheck(error);
  }
}

const CLIP = fileURLToPath(new URL('../../../assets/self-test.flac', import.meta.url));

/** The words of the clip that can be spelled in only one way. */
const CLIP_WORDS = ['he', 'was', 'not', 'an', 'disposed', 'young', 'man'];

async function transcribeClip(config: Config): Promise<string[]> {
  const recognizer = await startRecognizer(recognizerOptions({ ...config, workers: 1 }, () => undefined));
  try {
    const words: string[] = [];
    const recording = await openRecording(CLIP);
    for await (const { text } of transcribeRecording(recognizer, recording.chunks())) {
      words.push(...(text.toLowerCase().match(/\p{L}+/gu) ?? []));
    }
    return words;
  } finally {
    await recognizer.close();
  }
}
