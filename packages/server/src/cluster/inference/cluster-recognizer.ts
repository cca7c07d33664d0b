import { inflateRaw } from 'node:zlib';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import {
  modelNames,
  readVocabulary,
  recognizerOverPool,
  requireLanguage,
  type LoadedPool,
  type Recognizer,
  type RecognizerOptions,
  type Vocabulary,
} from '@auscult/asr';
import type { Log } from '../../telemetry/log.js';
import type { ClusterConnection } from '../connect-cluster.js';
import { createClusterPool, type ClusterPool } from './cluster-pool.js';
import { instanceName } from './instance-name.js';
import type { Announcement } from './messages.js';
import { vocabularyOf } from './subjects.js';

/**
 * Resolves once a machine with the model is there, however long that takes. Needs no file of the model on this machine.
 * Throws a `SpeechError` for a language that the model does not recognise.
 */
export async function startClusterRecognizer(
  connection: ClusterConnection,
  serverName: string | undefined,
  options: RecognizerOptions,
  log: Log,
): Promise<Recognizer> {
  const cluster = createClusterPool({
    connection,
    serverName: serverName ?? instanceName(),
    unfitness: (machine) => unfitness(machine, options),
    workerTimeoutSeconds: options.workerTimeoutSeconds,
    onEvent: options.onEvent ?? (() => undefined),
    log,
  });
  const patience = setTimeout(() => {
    log.warn('no inference machine has the model yet: run "auscult work" with it', {
      model: basename(options.model),
    });
  }, PATIENCE_MS).unref();
  try {
    const recognizer = await recognizerOverPool(loadedPool(connection, cluster, options), options);
    return { ...recognizer, status: () => ({ ...recognizer.status(), pool: cluster.status() }) };
  } catch (error) {
    await cluster.close();
    throw error;
  } finally {
    clearTimeout(patience);
  }
}

const PATIENCE_MS = 5_000;

async function loadedPool(
  connection: ClusterConnection,
  cluster: ClusterPool,
  { language }: RecognizerOptions,
): Promise<LoadedPool> {
  const machine = await cluster.firstMachine;
  requireLanguage(machine.model, language);
  const { textOf } = await fetchVocabulary(connection, machine);
  return { pool: { ...cluster.pool, close: cluster.close }, model: machine.model, textOf };
}

/** Asks until there is an answer: the machine may be busy, or NATS away. */
async function fetchVocabulary({ nats }: ClusterConnection, machine: Announcement): Promise<Vocabulary> {
  for (;;) {
    try {
      const { data } = await nats.request(vocabularyOf(machine), undefined, { timeout: REQUEST_MS });
      return readVocabulary(await promisify(inflateRaw)(data, { maxOutputLength: MOST_VOCABULARY_BYTES }));
    } catch (error) {
      if (nats.isClosed()) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

const REQUEST_MS = 10_000;
const RETRY_MS = 250;
const MOST_VOCABULARY_BYTES = 2 ** 25;

/** Why the words of a machine would not be those of the model that is set; undefined if they are. */
function unfitness(
  { model, lexicon }: Announcement,
  options: Pick<RecognizerOptions, 'model' | 'computeType' | 'lexicon'>,
): string | undefined {
  if (!modelNames(options.model).includes(model.name)) return 'another model';
  if (model.computeType !== options.computeType) return 'another compute type';
  if (options.lexicon === 'medical' && lexicon !== 'medical') return 'no lexicon';
  return undefined;
}
