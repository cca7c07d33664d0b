/**
 * Writes a small Whisper model with random weights, for trying out what needs one:
 * `node packages/asr/dist/random-whisper/main.js FOLDER [--languages multilingual] [--precision int8]...`
 */
import { parseArgs } from 'node:util';
import { writeRandomWhisper, type RandomWhisperOptions } from './random-whisper.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    languages: { type: 'string', default: 'multilingual' },
    precision: { type: 'string', multiple: true, default: ['int8'] },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('Name the folder to write.');
await writeRandomWhisper(folder, {
  languages: oneOf(['english-only', 'multilingual', 'with-cantonese'], values.languages),
  precisions: values.precision.map((precision) => oneOf(['int8', 'float16', 'float32'], precision)),
} satisfies RandomWhisperOptions);

function oneOf<const T extends string>(choices: readonly T[], given: string): T {
  const chosen = choices.find((choice) => choice === given);
  if (chosen === undefined) throw new Error(`${given} is none of ${choices.join(', ')}.`);
  return chosen;
}
