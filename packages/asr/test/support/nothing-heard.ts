import type { RecognitionResult } from '../../src/inference/messages/recognition-job.js';

/** The result of a job in which no word was heard. */
export const NOTHING_HEARD: RecognitionResult = {
  tokens: [],
  logProbabilities: [],
  heardAt: [],
  endLogProbability: 0,
  stopped: 'end',
  terms: [],
  alternatives: [],
};
