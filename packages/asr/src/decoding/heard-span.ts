/**
 * Whether tokens that replace words cover all of the audio in which these were heard. A word outside of it was said,
 * and would be lost. `wordFrames`: where each word began; `tokenFrames`: where each token was heard; both in encoder
 * frames.
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
 * How far from a word the nearest token may be heard. Of 120 terms that replaced words, the right ones were heard within
 * 0.15 s of each word, while the decoder skips 0.4 s or more if it leaves out a number (bench `beside-terms`).
 */
const FARTHEST_SECONDS = 0.22;
