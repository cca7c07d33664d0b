/** Milliseconds that one element of `voicedFrames` stands for. */
export const VOICED_FRAME_MS = 10;

/**
 * Where somebody speaks, by energy alone and so independently of the recognizer's own voice detector: frames
 * of 10 ms that are within 30 dB of the clip's loud parts (95th percentile) and at least 6 dB above its quiet
 * parts (10th percentile), in runs of 30 ms or more, so that a click does not count as speech.
 *
 * @returns one element a frame, 1 for voiced
 */
export function voicedFrames(pcm: Int16Array, sampleRate: number): Uint8Array {
  const levels = frameLevels(pcm, (sampleRate * VOICED_FRAME_MS) / 1000);
  const sorted = Float64Array.from(levels).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const threshold = Math.max(at(0.95) - BELOW_LOUD_DB, at(0.1) + ABOVE_QUIET_DB);
  const loud = Uint8Array.from(levels, (level) => (level >= threshold ? 1 : 0));
  return dropShortRuns(loud);
}

const BELOW_LOUD_DB = 30;
const ABOVE_QUIET_DB = 6;
const SHORTEST_RUN_FRAMES = 3;
/** Makes digital silence comparable with a quiet room. */
const FLOOR_DBFS = -80;

function frameLevels(pcm: Int16Array, frameSamples: number): Float64Array {
  return Float64Array.from({ length: Math.floor(pcm.length / frameSamples) }, (_, frame) => {
    let sum = 0;
    for (const sample of pcm.subarray(frame * frameSamples, (frame + 1) * frameSamples))
      sum += sample * sample;
    return Math.max(FLOOR_DBFS, 10 * Math.log10(sum / frameSamples / 32_768 ** 2));
  });
}

function dropShortRuns(loud: Uint8Array): Uint8Array {
  const kept = loud.slice();
  let start = 0;
  for (let frame = 0; frame <= loud.length; frame++) {
    if (loud[frame] === 1) continue;
    if (frame - start < SHORTEST_RUN_FRAMES) kept.fill(0, start, frame);
    start = frame + 1;
  }
  return kept;
}
