/**
 * Variables that make a server process, and its inference processes, fail where nothing is prepared for it, with
 * errors that quote what was said. Each SIGUSR2 brings the next kind about.
 *
 * In the server: first whatever reads a record; then whatever sends a final. In an inference process: the next result.
 */
export function injectedErrors(said: string): Readonly<Record<string, string>> {
  // Inference processes get nothing of the environment by themselves, so the program hands it on.
  // Not in the program: frames of a stack tell the address of the code.
  return {
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(PROGRAM)}`,
    INJECTED_TEXT: `${said}\n    at ${said}`,
  };
}

const PROGRAM = `
import processes from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
const { fork } = processes;
const { NODE_OPTIONS, INJECTED_TEXT } = process.env;
processes.fork = (module, args, options) =>
  fork(module, args, { ...options, env: { ...options.env, NODE_OPTIONS, INJECTED_TEXT } });
syncBuiltinESMExports();
const said = process.env.INJECTED_TEXT;
const { parse, stringify } = JSON;
const kinds = [
  () => {
    JSON.parse = (text, ...rest) => {
      if (String(text).includes('"confidence"')) throw new SyntaxError('Unexpected token in ' + text + said);
      return parse(text, ...rest);
    };
  },
  () => {
    JSON.stringify = (value, ...rest) => {
      if (value?.type === 'transcription' && value.isFinal) throw new Error('cannot send ' + value.text + said);
      return stringify(value, ...rest);
    };
  },
];
const isWorker = process.argv[1]?.endsWith('worker-main.js');
process.on('SIGUSR2', () => {
  if (!isWorker) return kinds.shift()?.();
  process.send = () => {
    throw new RangeError('cannot decode ' + said);
  };
});
`;
