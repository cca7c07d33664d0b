import { expect } from 'vitest';
import type { SpeechError } from '../../../src/speech-error.js';

/** A `SpeechError` with its code and parts of what it says. */
export interface Refusal {
  readonly code: string;
  /** What the message must name. */
  readonly message: readonly string[];
  /** What the remedy must name. */
  readonly remedy: readonly string[];
}

/** Expects something to fail with that. */
export async function expectRefusal(refused: Promise<unknown>, refusal: Refusal): Promise<void> {
  const error: unknown = await refused.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'SpeechError', code: refusal.code });
  const { message, remedy } = error as SpeechError;
  for (const part of refusal.message) expect(message).toContain(part);
  for (const part of refusal.remedy) expect(remedy).toContain(part);
}
