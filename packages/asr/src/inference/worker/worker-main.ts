import { placesOf } from '../../error-places.js';
import { familyOf } from '../../families/families.js';
import { loadConfusableDrugs } from '../../lexicon/confusable-drugs.js';
import { loadPreparedLexicon } from '../../lexicon/prepared-lexicon.js';
import { createConfusables } from '../../terms/confusables.js';
import { termsOfList } from '../../terms/key-term-list.js';
import { createJobEngine, type EngineLexicon, type JobEngine } from './job-engine.js';
import { createStreamAudio } from './stream-audio.js';
import { warmUp } from './warm-up.js';
import type { RecognitionJob } from '../messages/recognition-job.js';
import type { FromWorker, ToWorker } from '../messages/worker-messages.js';

// The entry of an inference process: one engine, driven by messages from the server that forked it.

let engine: JobEngine | undefined;

const audio = createStreamAudio();

/** Exit status after an unexpected error. */
const CRASHED = 70;

process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'load':
      void load(message);
      break;
    case 'job':
      take(message.job);
      break;
    case 'audio':
      audio.append(message.piece);
      break;
    case 'forget-audio':
      audio.forget(message.stream);
      break;
    case 'cancel':
      engine?.cancel(message.id);
      break;
    case 'promote':
      engine?.promote(message.id);
      break;
    case 'pause':
      engine?.pause();
      break;
    case 'go-on':
      engine?.goOn();
      break;
    case 'terms':
      engine?.learn(message.list.name, termsOfList(message.list));
      break;
    case 'forget-terms':
      engine?.unlearn(message.name);
      break;
    case 'forget':
      engine?.forget(message.window);
      break;
    case 'ping':
      send({ type: 'pong', residentBytes: process.memoryUsage.rss() });
      break;
  }
});

// Instead of the runtime's own report, which would show the error's message: that may hold anything, even what was said.
process.on('uncaughtException', (error) => {
  const lines = [`inference process ended by an unexpected ${error.name}`, ...placesOf(error)];
  process.stderr.write(`${lines.join('\n  ')}\n`);
  process.exit(CRASHED);
});

// The server is gone: nobody is left to answer.
process.on('disconnect', () => process.exit(0));

// Ctrl-C reaches the whole process group; the server decides when its workers end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

function take(job: RecognitionJob): void {
  const samples = audio.read(job.stream, job.audio);
  if (samples) engine?.add(job, samples);
  else send({ type: 'audio-missing', id: job.id });
}

async function load(message: ToWorker & { type: 'load' }): Promise<void> {
  try {
    const model = await familyOf(message.model.model).open(message.model);
    await warmUp(model);
    engine = createJobEngine({
      model,
      lexicon: message.lexicon ? await loadLexicon(message) : undefined,
      onResult(id, result, runSeconds, phases) {
        collectTensors();
        send({ type: 'result', id, result, runSeconds, phases, residentBytes: process.memoryUsage.rss() });
      },
      onError(error) {
        throw error;
      },
      onJoined: collectTensors,
    });
    send({ type: 'ready', residentBytes: process.memoryUsage.rss() });
  } catch (error) {
    send({ type: 'load-failed', message: error instanceof Error ? error.message : 'unknown failure' });
  }
}

async function loadLexicon({
  cacheDirectory,
  lexiconContext,
}: ToWorker & { type: 'load' }): Promise<EngineLexicon> {
  const { terms, spelled, language } = await loadPreparedLexicon(cacheDirectory);
  return {
    terms,
    spelled,
    confusables: createConfusables(await loadConfusableDrugs()),
    language: lexiconContext ? language : undefined,
  };
}

/**
 * Frees the tensors that nobody has discarded, once there are enough to be worth a collection, which takes up to 100 ms with
 * the lexicon in the heap. Without this, the collector would wait until the heap is full, and tensors do not fill it.
 */
function collectTensors(): void {
  const { arrayBuffers } = process.memoryUsage();
  afterCollection = Math.min(afterCollection, arrayBuffers);
  if (arrayBuffers - afterCollection < WORTH_COLLECTING) return;
  globalThis.gc?.();
  afterCollection = process.memoryUsage().arrayBuffers;
}

/** Bytes of tensors that the latest collection left. */
let afterCollection = 0;

/** Bytes of new tensors that are worth a collection: more than jobs at work and encoder states come to. */
const WORTH_COLLECTING = 96e6;

function send(message: FromWorker): void {
  process.send?.(message);
}
