/**
 * Whether tokens in place of words take up all of the audio that these were heard in. A word beyond them was said and
 * would be lost. `wordFrames`: where each word began; `tokenFrames`: where each token was heard; both in encoder frames.
 */
export function coversAudio(
  wordFrames: readonly number[],
  tokenFrames: readonly number[],
  secondsPerFrame: number,
): boolean {
  const slack = FARTHEST_SECONDS / secondsPerFrame;
  const first = Math.min(...tokenFrames) - slack;
  const last = Math.max(...tokenFrames) + slack;
  return wordFrames.every((frame) => frame >= first && frame <= last);
}

/**
 * Of 120 terms that took the place of words, the right ones were heard within 0.15 s of each of these, and the decoder
 * passes over 0.4 s and more where it leaves a number out (bench `beside-terms`).
 */
const FARTHEST_SECONDS = 0.22;
