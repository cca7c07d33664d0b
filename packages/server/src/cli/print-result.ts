/** Prints the result of a command: as JSON if `--json` was given, or else the lines that `text` gives for people. */
export function printResult(
  options: Readonly<Record<string, unknown>>,
  result: unknown,
  text: () => string,
): void {
  process.stdout.write(options['json'] === true ? `${JSON.stringify(result, null, 2)}\n` : text());
}
