/** A recording of a voice that goes on. */
export interface VoiceRecording {
  /** The recording once it is as long as wanted; undefined if it was stopped before. Rejects if it breaks off. */
  readonly done: Promise<Blob | undefined>;
  /** Ends it, and gives the microphone back. */
  readonly stop: () => void;
}

/** How often progress is told, milliseconds. */
const TOLD_EVERY_MS = 250;

/**
 * Records the microphone for some seconds, and tells how much of them has passed, 0 to 1. Rejects if there is no microphone that may
 * be used.
 */
export async function recordVoice(
  seconds: number,
  onProgress: (share: number) => void,
): Promise<VoiceRecording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const release = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    return record(stream, seconds, onProgress, release);
  } catch (error) {
    release();
    throw error;
  }
}

function record(
  stream: MediaStream,
  seconds: number,
  onProgress: (share: number) => void,
  release: () => void,
): VoiceRecording {
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  const startedAt = performance.now();
  let isWhole = false;
  const stop = (): void => {
    if (recorder.state !== 'inactive') recorder.stop();
  };
  const timer = setInterval(() => {
    const share = Math.min(1, (performance.now() - startedAt) / 1000 / seconds);
    onProgress(share);
    if (share < 1) return;
    isWhole = true;
    stop();
  }, TOLD_EVERY_MS);
  const done = new Promise<Blob | undefined>((resolve, reject) => {
    const end = (): void => {
      clearInterval(timer);
      release();
    };
    recorder.ondataavailable = ({ data }) => void pieces.push(data);
    recorder.onstop = () => {
      end();
      resolve(isWhole ? new Blob(pieces, { type: recorder.mimeType }) : undefined);
    };
    recorder.onerror = () => {
      end();
      reject(new Error('the recording broke off'));
    };
  });
  recorder.start();
  return { done, stop };
}
