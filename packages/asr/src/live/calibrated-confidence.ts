import type { Calibration } from '../families/model-family.js';

/** Turns the lowest probability among a word's tokens into the share of such words that are right. */
export function calibratedConfidence({ slope, shift }: Calibration, confidence: number): number {
  return 1 / (1 + Math.exp(-slope * logOdds(confidence) - shift));
}

/** The confidence that `calibratedConfidence` was given: its inverse. */
export function uncalibratedConfidence({ slope, shift }: Calibration, confidence: number): number {
  return 1 / (1 + Math.exp((shift - logOdds(confidence)) / slope));
}

/** Keeps log-odds finite: no word is surer than this. */
const CERTAIN = 1e-4;

function logOdds(confidence: number): number {
  const within = Math.min(1 - CERTAIN, Math.max(CERTAIN, confidence));
  return Math.log(within / (1 - within));
}
