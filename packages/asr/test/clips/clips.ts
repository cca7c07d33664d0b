import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A line of `manifest.jsonl`. */
export interface Clip {
  readonly id: string;
  readonly path: string;
  readonly kind: 'medical' | 'read' | 'dictation' | 'noise';
  /** Empty for noise. */
  readonly text: string;
  readonly duration_s: number;
  /** The medical words in it. */
  readonly terms?: readonly string[];
  /** Who said what, D for doctor and P for patient. */
  readonly turns?: readonly (readonly [speaker: string, text: string])[];
}

/** The absolute path of a file in this folder. */
export function clipPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** All clips of the manifest. */
export function readClips(): readonly Clip[] {
  const lines = readFileSync(clipPath('manifest.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Clip);
}
