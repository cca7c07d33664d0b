import { createHistogram, performance } from 'node:perf_hooks';

/** Sends the frames of many streams in real time from one timer. */
export interface Pacer {
  /**
   * Sends each frame when its last sample has been spoken, as a microphone would deliver it. Resolves after
   * the last frame, or once `send` returns that the stream has ended.
   *
   * @param frameSeconds length of a frame
   * @param send takes the frame; returns whether the stream continues
   */
  play(frames: Iterator<Buffer, void>, frameSeconds: number, send: (frame: Buffer) => boolean): Promise<void>;
  /** How much later than due frames were sent: the delay that this process, not the server, adds. */
  lateness(): Lateness;
}

/** Seconds. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Creates a pacer. It holds no timer while no stream plays. */
export function createPacer(): Pacer {
  const playing = new Set<Playback>();
  const late = createHistogram();
  let timer: NodeJS.Timeout | undefined;

  function tick(): void {
    for (const playback of playing) {
      if (advance(playback, late.record.bind(late))) continue;
      playing.delete(playback);
      playback.done();
    }
    if (playing.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    play(frames, frameSeconds, send) {
      const frameMs = frameSeconds * 1000;
      return new Promise((done) => {
        playing.add({ frames, frameMs, send, done, due: performance.now() + frameMs });
        timer ??= setInterval(tick, TICK_MS);
      });
    },
    lateness: () => ({
      p50: late.percentile(50) / 1e6,
      p99: late.percentile(99) / 1e6,
      max: late.count > 0 ? late.max / 1e6 : 0,
    }),
  };
}

const TICK_MS = 5;

interface Playback {
  readonly frames: Iterator<Buffer, void>;
  readonly frameMs: number;
  readonly send: (frame: Buffer) => boolean;
  readonly done: () => void;
  due: number;
}

/** Sends what is due; returns whether there is more to come. */
function advance(playback: Playback, recordMicroseconds: (late: number) => void): boolean {
  for (let now = performance.now(); playback.due <= now; now = performance.now()) {
    const frame = playback.frames.next();
    if (frame.done === true || !playback.send(frame.value)) return false;
    recordMicroseconds(Math.max(1, Math.round((now - playback.due) * 1000)));
    playback.due += playback.frameMs;
  }
  return true;
}
