import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../child-environment.js';
import { killAtExit } from '../../kill-at-exit.js';
import { confinedNode, yieldToOthers } from './confinement.js';
import { createFrameReader, encodeFrame, type PipeFrame } from './frames.js';

/** A running decoder. */
export interface DecoderProcess {
  readonly pid: number | undefined;
  send(frame: PipeFrame): void;
  /** Ends it at once. */
  kill(): void;
}

/** Hears what a decoder does. `onExit` comes last and once. */
export interface DecoderListener {
  readonly onFrame: (frame: PipeFrame) => void;
  /** The decoder wrote something that is no frame. */
  readonly onNonsense: () => void;
  readonly onExit: () => void;
}

/**
 * Starts a process that decodes one recording: with no environment, no files and no processes of its own. Recognition
 * goes first.
 */
export async function startDecoderProcess(listener: DecoderListener): Promise<DecoderProcess> {
  const { program, args } = await confinedNode();
  const main = fileURLToPath(new URL('./decoder-main.js', import.meta.url));
  const child = spawn(program, [...args, main], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: childEnvironment('decoder'),
  });
  yieldToOthers(child.pid);
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const spare = killAtExit(child);
  let hasEnded = false;
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    spare();
    listener.onExit();
  };
  const readFrames = createFrameReader();
  child.stdout.on('data', (bytes: Buffer) => {
    let frames: PipeFrame[];
    try {
      frames = readFrames(bytes);
    } catch {
      listener.onNonsense();
      return;
    }
    frames.forEach(listener.onFrame);
  });
  child.stdin.on('error', () => undefined);
  // Not `exit`: everything that it wrote has arrived only when its pipes are closed.
  child.on('close', end);
  child.on('error', end);
  return {
    pid: child.pid,
    send(frame) {
      if (!child.stdin.writable) return;
      for (const part of encodeFrame(frame)) child.stdin.write(part);
    },
    kill,
  };
}
