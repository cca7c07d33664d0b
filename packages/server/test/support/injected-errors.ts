/**
 * Options for Node that make a server process, and its inference processes, fail where nothing is prepared for it, with
 * errors that quote what was said. Each SIGUSR2 brings the next kind about.
 *
 * In the server: first whatever reads a record; then whatever sends a final. In an inference process: the next result.
 */
export function injectedErrors(said: string): string {
  return `--import data:text/javascript,${encodeURIComponent(program(said))}`;
}

const program = (said: string): string => `
const said = ${JSON.stringify(`${said}\n    at ${said}`)};
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
