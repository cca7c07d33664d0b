/**
 * Environment variables that make a server process and its inference processes fail in places where no code expects an
 * error, with messages that quote what was said. Each SIGUSR2 causes the next kind of failure.
 *
 * In the server, reading records fails first, and sending finals next. In an inference process, the next result fails.
 */
export function injectedErrors(said: string): Readonly<Record<string, string>> {
  // Inference processes inherit no environment, so the program passes these variables on. The text is not in the
  // program itself, because stack traces quote the address of the code, which is the whole program.
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
