import { loadMedicalLexicon } from '@auscult/asr';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { doseSentences } from '../dictation/dose-sentences.js';
import { makeDictation } from '../dictation/make-dictation.js';
import { readSentences } from '../dictation/sentences.js';
import { VOICES, type Voice } from '../dictation/voices.js';
import { listOf, wholeNumber } from './clip-options.js';
import { showProgress } from './conduct.js';

interface MakeDictationFlags {
  readonly out: string;
  readonly voices: readonly Voice[];
  readonly everyVoice?: boolean;
  readonly limit?: number;
  readonly doses?: number;
  readonly seed: number;
}

/** `make-dictation`: lets synthetic voices speak the sentences of this package. */
export function addMakeDictationCommand(program: Command): void {
  const names = VOICES.map(({ name }) => name).join(', ');
  program
    .command('make-dictation')
    .description(
      'Synthetic dictation: sentences of this package, spoken by several voices, and their manifest.',
    )
    .option('--out <folder>', 'where audio and manifest go', cacheFolder())
    .addOption(
      new Option('--voices <names>', `voices that take turns, separated by commas: ${names}`)
        .argParser(voicesOf)
        .default(VOICES, 'all'),
    )
    .option('--every-voice', 'every voice speaks every sentence')
    .option('--limit <sentences>', 'the most sentences', wholeNumber)
    .option(
      '--doses <sentences>',
      'number of sentences with doses beside drugs, spoken instead of those',
      wholeNumber,
    )
    .option('--seed <number>', 'determines the drugs and doses', wholeNumber, 1)
    .addHelpText(
      'after',
      '\nThe voices heart and joe need Python 3 and PyPI.\n' +
        '\nExamples:\n  npm run bench -- make-dictation\n  npm run bench -- make-dictation --voices rms,awb --out dictation',
    )
    .action(async ({ out, voices, everyVoice = false, limit, doses, seed }: MakeDictationFlags) => {
      const sentences =
        doses === undefined
          ? readSentences().slice(0, limit)
          : doseSentences(doses, await loadMedicalLexicon(), seed);
      const onDone = showProgress(sentences.length * (everyVoice ? voices.length : 1), 'sentences');
      const manifest = await makeDictation(sentences, voices, everyVoice, out, onDone);
      console.log(`Written to ${manifest}`);
    });
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'auscult', 'dictation');
}

function voicesOf(value: string): Voice[] {
  return listOf(value).map((name) => {
    const voice = VOICES.find((known) => known.name === name);
    if (voice === undefined)
      throw new InvalidArgumentError(
        `There is no voice "${name}". There are: ${VOICES.map((known) => known.name).join(', ')}.`,
      );
    return voice;
  });
}
