import { hostModel } from '@auscult/asr';
import { Command } from 'commander';
import { runInference } from '../cluster/inference/run-inference.js';
import type { Config } from '../config/schema.js';
import { addSettingOptions, configFrom } from './setting-options.js';

/** `auscult work`: recognises speech for the servers of a cluster, until it is told to stop. */
export function workCommand(): Command {
  const command = new Command('work')
    .description('Recognise speech for the servers of a cluster, until SIGTERM or Ctrl+C.')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, SETTINGS).action(async (options: Record<string, unknown>) => {
    process.exit(await runInference(configFrom(options), hostModel));
  });
}

/** The settings that concern a machine that only infers. */
const SETTINGS: readonly (keyof Config)[] = [
  'cluster',
  'clusterCredentials',
  'clusterTlsCa',
  'clusterTlsCertificate',
  'clusterTlsKey',
  'clusterPatienceSeconds',
  'serverName',
  'insecureNetwork',
  'workers',
  'model',
  'language',
  'device',
  'deviceFallback',
  'computeType',
  'lexicon',
  'cacheDirectory',
  'modelDirectory',
  'offline',
  'workerMemoryLimit',
  'workerTimeoutSeconds',
  'drainSeconds',
  'logLevel',
  'logFormat',
  'monitoringAddress',
  'otlpEndpoint',
];

const EXAMPLES = `
Examples:
  auscult work --cluster nats://127.0.0.1:4222
  auscult work --cluster tls://nats.clinic.example:4222 --cluster-credentials work.creds --model whisper-small --device cuda

Servers whose inference is cluster, and whose model is the same, use it. See docs/clustering.md.`;
