import type { ModelDescription } from '../recognizer/recognizer.js';

/** Turns the lowest probability among a word's tokens into the share of such words that are right. */
export function calibratedConfidence(family: ModelDescription['family'], confidence: number): number {
  const { slope, shift } = MAPS[family];
  return 1 / (1 + Math.exp(-slope * logOdds(confidence) - shift));
}

/** The confidence that `calibratedConfidence` was given. */
export function uncalibratedConfidence(family: ModelDescription['family'], confidence: number): number {
  const { slope, shift } = MAPS[family];
  return 1 / (1 + Math.exp((shift - logOdds(confidence)) / slope));
}

/** Fitted by logistic regression of whether words were right on their log-odds (Platt 1999; bench `calibration`). */
const MAPS = {
  moonshine: { slope: 0.59, shift: 0.89 },
  whisper: { slope: 0.74, shift: 0.77 },
} as const satisfies Record<ModelDescription['family'], unknown>;

/** Keeps log-odds finite: no word is surer than this. */
const CERTAIN = 1e-4;

function logOdds(confidence: number): number {
  const within = Math.min(1 - CERTAIN, Math.max(CERTAIN, confidence));
  return Math.log(within / (1 - within));
}
