import type { Config } from '../../config/schema.js';
import type { CheckResult, NamedResult } from './check.js';
import { checkCluster } from './cluster.js';
import { checkJournal } from './journal.js';
import { checkCores, checkMemory, checkNode } from './machine.js';
import { checkModel, checkTranscription } from './recognition.js';
import { checkCache, checkPort, checkSpool } from './surroundings.js';

/** Examines the machine, one result after the other; later checks build on the earlier ones. */
export async function* examine(config: Config): AsyncGenerator<NamedResult, void> {
  yield { name: 'node', ...checkNode() };
  yield { name: 'cores', ...checkCores(config) };
  if (config.inference === 'local') yield { name: 'memory', ...checkMemory(config) };
  yield { name: 'port', ...(await checkPort(config)) };
  yield { name: 'cluster', ...(await checkCluster(config)) };
  yield { name: 'journal', ...(await checkJournal(config)) };
  yield { name: 'spool', ...(await checkSpool(config)) };
  if (config.inference === 'cluster') return;
  const cache = await checkCache(config);
  yield { name: 'cache', ...cache };
  const model = await checkModel(config);
  yield { name: 'model', ...model };
  const possible = cache.state === 'ok' && model.state === 'ok';
  yield { name: 'transcription', ...(possible ? await checkTranscription(config) : NOT_TRIED) };
}

const NOT_TRIED: CheckResult = { state: 'skipped', message: 'not tried, see above' };
