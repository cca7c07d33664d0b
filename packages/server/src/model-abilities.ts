import type { ModelDescription } from '@auscult/asr';
import type { ErrorCode, Lexicon, TranscriptionTask } from '@auscult/protocol';
import { ConfigError } from './config/config-error.js';
import type { Config } from './config/schema.js';

/** Has the model tell the language itself. */
const DETECT = 'auto';

/** What a client asks of the model. */
export interface Wanted {
  readonly language: string;
  readonly task: TranscriptionTask;
}

/** Something that the model cannot do. */
export interface Inability {
  readonly code: Extract<ErrorCode, 'unsupported_language' | 'unsupported_task'>;
  readonly details: { readonly field: 'language' | 'task'; readonly limit: string };
}

/** The part of a client's wishes that the model cannot fulfil, if any. */
export function inabilityOf(model: ModelDescription, { language, task }: Wanted): Inability | undefined {
  const languages = allowedLanguages(model);
  if (!languages.some((known) => covers(known, language))) {
    return {
      code: 'unsupported_language',
      details: { field: 'language', limit: `one of ${languages.join(', ')}` },
    };
  }
  const tasks = tasksOf(model);
  if (tasks.includes(task)) return undefined;
  return { code: 'unsupported_task', details: { field: 'task', limit: `one of ${tasks.join(', ')}` } };
}

/** Throws a `ConfigError` if the model cannot do the task that is set as the default. */
export function requireTask(model: ModelDescription, task: TranscriptionTask): void {
  if (tasksOf(model).includes(task)) return;
  throw new ConfigError(
    `the model ${model.name} cannot ${task}.`,
    `Set --task to ${tasksOf(model).join(' or ')}, or choose another model with --model.`,
  );
}

/**
 * The settings that really take effect. The lexicon only does if the speech is in English and the server is set to it.
 */
export function settingsInForce<Settings extends Wanted & { readonly lexicon: Lexicon }>(
  { lexicon: offered }: Pick<Config, 'lexicon'>,
  settings: Settings,
): Settings {
  const isEnglish = covers('en', settings.language) && settings.task === 'transcribe';
  return { ...settings, lexicon: offered === 'medical' && isEnglish ? settings.lexicon : 'none' };
}

function tasksOf({ tasks = ['transcribe'] }: ModelDescription): readonly TranscriptionTask[] {
  return tasks;
}

/** The languages that a client may ask for. A model of one language cannot detect the language. */
function allowedLanguages({ languages }: ModelDescription): readonly string[] {
  return languages.length > 1 ? [DETECT, ...languages] : languages;
}

/** A model that knows `en` knows `en-GB` too. Tags are compared without regard to case (RFC 5646, 2.1.1). */
function covers(known: string, asked: string): boolean {
  const [tag, prefix] = [asked.toLowerCase(), known.toLowerCase()];
  return tag === prefix || (known !== DETECT && tag.startsWith(`${prefix}-`));
}
