import { startJsonLines } from '../child/json-lines.js';
import { pythonOf, pythonProgram } from '../child/python.js';

/** A process of faster-whisper tiny.en, int8, that takes one request after the other. */
export interface FasterWhisper {
  readonly model: string;
  readonly pid: number | undefined;
  /**
   * Recognises a piece of 16 kHz mono audio, or a whole file.
   *
   * @param beams faster-whisper's own default, 5, where absent
   * @throws Error when the process has ended; what it wrote before stands on standard error
   */
  transcribe(audio: PeerAudio, beams?: number): Promise<PeerAnswer>;
  stop(): Promise<void>;
}

/** What is to be recognised. */
type PeerAudio = { readonly pcm: Int16Array } | { readonly file: string };

/** What faster-whisper made of it, and what that took; the time between the processes is no part of it. */
interface PeerAnswer {
  readonly text: string;
  readonly wallSeconds: number;
  /** Of all threads. */
  readonly processorSeconds: number;
}

/** Starts faster-whisper on so many threads, and resolves once its weights are loaded. */
export async function startFasterWhisper(threads: number): Promise<FasterWhisper> {
  const python = startJsonLines(pythonOf('peers'), pythonProgram('peers', 'whisper_requests.py'), [
    '--threads',
    String(threads),
  ]);
  const { model } = (await python.answer()) as { readonly model: string };
  return {
    model,
    pid: python.pid,
    async transcribe(audio, beams) {
      python.ask({ ...('pcm' in audio ? { pcm: base64Of(audio.pcm) } : audio), beams });
      return (await python.answer()) as PeerAnswer;
    },
    stop: () => python.stop(),
  };
}

function base64Of(pcm: Int16Array): string {
  return Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
}
