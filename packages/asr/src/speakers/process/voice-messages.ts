import type { FromStart } from '../../inference/scheduling/watched-process.js';
import type { VoiceEncoderChoice } from '../voice-encoder.js';

/** From the server to the process that embeds windows. */
export type ToVoiceProcess =
  | { readonly type: 'load'; readonly encoder: VoiceEncoderChoice }
  /** Windows of 16 kHz audio. */
  | { readonly type: 'embed'; readonly id: number; readonly windows: readonly Int16Array[] }
  | { readonly type: 'ping' };

/** What that process says once it is ready. */
export type FromVoiceProcess =
  /** The embeddings of the windows of an `embed`, in their order. */
  | {
      readonly type: 'result';
      readonly id: number;
      readonly embeddings: readonly Float32Array[];
      readonly residentBytes: number;
    }
  | { readonly type: 'pong'; readonly residentBytes: number };

/** All that it says. */
export type SaidByVoiceProcess = FromStart | FromVoiceProcess;
