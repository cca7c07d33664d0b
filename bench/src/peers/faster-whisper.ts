import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { peerProgram, peerPython } from './peer-python.js';

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
  const program = peerProgram('whisper_requests.py');
  const child = spawn(peerPython(), [program, '--threads', String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const line = await answers.next();
    if (line.done === true) throw new Error('faster-whisper has ended; see above for its reason.');
    return JSON.parse(line.value);
  };
  // A process that has ended is noticed by its missing answer.
  child.stdin.on('error', () => undefined);
  const { model } = (await answer()) as { readonly model: string };
  return {
    model,
    pid: child.pid,
    async transcribe(audio, beams) {
      const request = 'pcm' in audio ? { pcm: base64Of(audio.pcm) } : audio;
      child.stdin.write(`${JSON.stringify({ ...request, beams })}\n`);
      return (await answer()) as PeerAnswer;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

function base64Of(pcm: Int16Array): string {
  return Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
}
