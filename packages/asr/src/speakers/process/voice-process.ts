import { createMemoryLimit } from '../../inference/scheduling/memory-limit.js';
import { superviseProcess, type SupervisedProcess } from '../../inference/scheduling/supervised-process.js';
import type { VoiceProcessEvent } from '../voices-status.js';
import type { VoiceEncoderChoice } from '../voice-encoder.js';
import type { FromVoiceProcess, ToVoiceProcess } from './voice-messages.js';

/** The place of the process that embeds windows. */
export interface VoiceProcess extends Pick<SupervisedProcess<ToVoiceProcess>, 'status' | 'close'> {
  /** Whether it takes windows. */
  readonly hasRoom: boolean;
  /** Embeds windows; `onDone` is told their embeddings, or that there are none because the process ended. */
  embed(windows: readonly Int16Array[], onDone: OnEmbedded): void;
}

type OnEmbedded = (embeddings: readonly Float32Array[] | undefined) => void;

/** What the place reports. */
export interface VoiceProcessListener {
  /** It takes windows now. */
  readonly onRoom: () => void;
  readonly onEvent: (event: VoiceProcessEvent) => void;
}

/** Starts the process, and another whenever it ends. It has the windows of one `embed` at a time. */
export function superviseVoiceProcess(
  encoder: VoiceEncoderChoice,
  timeoutSeconds: number,
  { onRoom, onEvent }: VoiceProcessListener,
): VoiceProcess {
  let id = 0;
  let working: OnEmbedded | undefined;

  const finish = (embeddings?: readonly Float32Array[]) => {
    const done = working;
    working = undefined;
    done?.(embeddings);
  };

  const memory = createMemoryLimit(MEMORY_LIMIT_BYTES, {
    isIdle: () => working === undefined,
    end() {
      process.end('memory');
    },
  });

  const process = superviseProcess<ToVoiceProcess, FromVoiceProcess>(
    { module: new URL('./voice-main.js', import.meta.url), load: { type: 'load', encoder }, timeoutSeconds },
    {
      onStarted() {
        memory.started();
      },
      onReady({ pid, seconds, residentBytes }) {
        memory.loaded(residentBytes);
        onEvent({ kind: 'voices-ready', pid, seconds });
        onRoom();
      },
      onMessage(message) {
        if (message.type === 'result' && message.id === id) finish(message.embeddings);
        memory.weigh(message.residentBytes);
        onRoom();
      },
      onLoadFailed: () => undefined,
      onExited({ pid, reason }) {
        onEvent({ kind: 'voices-exited', pid, reason });
        finish();
      },
    },
  );

  return {
    get hasRoom() {
      return process.isReady && working === undefined && !memory.isExceeded;
    },
    embed(windows, onDone) {
      working = onDone;
      process.send({ type: 'embed', id: ++id, windows });
    },
    status: () => process.status(),
    async close() {
      await process.close();
      finish();
    },
  };
}

/** About four times as much as the process has once it has loaded the encoder. */
const MEMORY_LIMIT_BYTES = 512e6;
