import { startJsonLines } from '../child/json-lines.js';
import { pythonOf, pythonProgram } from '../child/python.js';

/** A process of faster-whisper tiny.en, int8, that takes one request after another. */
export interface FasterWhisper {
  readonly model: string;
  readonly pid: number | undefined;
  /**
   * Recognises a piece of 16 kHz mono audio, or a whole file.
   *
   * @param beams faster-whisper's own default, 5, if absent
   * @throws Error when the process has ended; its reason is on standard error
   */
  transcribe(audio: PeerAudio, beams?: number): Promise<PeerAnswer>;
  stop(): Promise<void>;
}

/** What to recognise. */
type PeerAudio = { readonly pcm: Int16Array } | { readonly file: string };

/** What faster-whisper recognised, and what it cost, without the time between the processes. */
interface PeerAnswer {
  readonly text: string;
  readonly wallSeconds: number;
  /** Processor time of all threads. */
  readonly processorSeconds: number;
}

/** Starts faster-whisper with the given number of threads, and resolves once its weights are loaded. */
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
