import type { FuzzTarget } from './target.js';

/** Targets by name. Each is loaded when it is fuzzed, so that the code that it needs can be instrumented first. */
const targets: Readonly<Record<string, () => Promise<{ readonly target: FuzzTarget }>>> = {
  'client-messages': () => import('./targets/client-messages.js'),
  'vosk-messages': () => import('./targets/vosk-messages.js'),
  'whisper-live-messages': () => import('./targets/whisper-live-messages.js'),
  'realtime-events': () => import('./targets/realtime-events.js'),
  'server-messages': () => import('./targets/server-messages.js'),
  'cluster-messages': () => import('./targets/cluster-messages.js'),
  'base64-audio': () => import('./targets/base64-audio.js'),
  'first-bytes': () => import('./targets/first-bytes.js'),
  'sent-key-terms': () => import('./targets/sent-key-terms.js'),
  wav: () => import('./targets/wav.js'),
  flac: () => import('./targets/flac.js'),
  ogg: () => import('./targets/ogg.js'),
  mp3: () => import('./targets/mp3.js'),
  webm: () => import('./targets/webm.js'),
  'live-webm': () => import('./targets/live-webm.js'),
  'live-ogg': () => import('./targets/live-ogg.js'),
  'flac-frames': () => import('./targets/flac-frames.js'),
  'ogg-pages': () => import('./targets/ogg-pages.js'),
  'mp3-frames': () => import('./targets/mp3-frames.js'),
  'webm-elements': () => import('./targets/webm-elements.js'),
  tags: () => import('./targets/tags.js'),
  layout: () => import('./targets/layout.js'),
  ebml: () => import('./targets/ebml.js'),
  uploads: () => import('./targets/uploads.js'),
  'openai-forms': () => import('./targets/openai-forms.js'),
  'deepgram-queries': () => import('./targets/deepgram-queries.js'),
  'deepgram-messages': () => import('./targets/deepgram-messages.js'),
  'proxy-headers': () => import('./targets/proxy-headers.js'),
  'request-bodies': () => import('./targets/request-bodies.js'),
  tokens: () => import('./targets/tokens.js'),
  'api-keys': () => import('./targets/api-keys.js'),
  cookies: () => import('./targets/cookies.js'),
  tickets: () => import('./targets/tickets.js'),
  'key-terms': () => import('./targets/key-terms.js'),
  lexicon: () => import('./targets/lexicon.js'),
  'key-copy': () => import('./targets/key-copy.js'),
  backup: () => import('./targets/backup.js'),
  'backup-rows': () => import('./targets/backup-rows.js'),
  sealed: () => import('./targets/sealed.js'),
  anchors: () => import('./targets/anchors.js'),
  'master-keys': () => import('./targets/master-keys.js'),
  'model-manifest': () => import('./targets/model-manifest.js'),
  'model-bundle': () => import('./targets/model-bundle.js'),
  'config-file': () => import('./targets/config-file.js'),
  'config-environment': () => import('./targets/config-environment.js'),
};

/** All targets. */
export const targetNames: readonly string[] = Object.keys(targets);

/** Loads a target. */
export async function openTarget(name: string): Promise<FuzzTarget> {
  const open = targets[name];
  if (open === undefined) throw new RangeError(`There is no target ${name}.`);
  return (await open()).target;
}
