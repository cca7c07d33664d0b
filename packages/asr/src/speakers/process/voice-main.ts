import { setPriority } from 'node:os';
import { floatsOf } from '../../audio/pcm.js';
import { placesOf } from '../../error-places.js';
import { openVoiceEncoder, type VoiceEncoder } from '../voice-encoder.js';
import type { SaidByVoiceProcess, ToVoiceProcess } from './voice-messages.js';

// The entry of the process that embeds windows of speech: one encoder, driven by messages from the server that forked it.

let encoder: VoiceEncoder | undefined;

/** Exit status after an unexpected error. */
const CRASHED = 70;

process.on('message', (message: ToVoiceProcess) => {
  switch (message.type) {
    case 'load':
      void load(message);
      break;
    case 'embed':
      void embed(message);
      break;
    case 'ping':
      send({ type: 'pong', residentBytes: process.memoryUsage.rss() });
      break;
  }
});

// Instead of the runtime's own report, which would show the error's message: that may hold anything.
process.on('uncaughtException', (error) => {
  const lines = [`voice process ended by an unexpected ${error.name}`, ...placesOf(error)];
  process.stderr.write(`${lines.join('\n  ')}\n`);
  process.exit(CRASHED);
});

// The server is gone: nobody is left to answer.
process.on('disconnect', () => process.exit(0));

// Ctrl-C reaches the whole process group; the server decides when its processes end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

async function load(message: ToVoiceProcess & { type: 'load' }): Promise<void> {
  try {
    encoder = await openVoiceEncoder(message.encoder);
    await encoder.embed([new Float32Array(WARM_UP_SAMPLES)]);
    // Only now, so that a busy machine does not hold up the start.
    yieldToRecognition();
    send({ type: 'ready', residentBytes: process.memoryUsage.rss() });
  } catch (error) {
    send({ type: 'load-failed', message: error instanceof Error ? error.message : 'unknown failure' });
  }
}

const WARM_UP_SAMPLES = 16_000;

/** Labels may come late or not at all, finals may not: recognition gets the processor first. */
function yieldToRecognition(): void {
  try {
    setPriority(NICENESS);
  } catch {
    // Where the system does not allow it, all processes are alike.
  }
}

/**
 * Where two inference processes want both of two cores, this leaves a seventh of them to the voice process: enough for the windows of
 * 24 streams, by arithmetic (4.5 ms a window in company, four windows in three seconds).
 */
const NICENESS = 5;

async function embed({ id, windows }: ToVoiceProcess & { type: 'embed' }): Promise<void> {
  const embeddings = (await encoder?.embed(windows.map(floatsOf))) ?? [];
  send({ type: 'result', id, embeddings, residentBytes: process.memoryUsage.rss() });
}

function send(message: SaidByVoiceProcess): void {
  process.send?.(message);
}
