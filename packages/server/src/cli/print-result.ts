/** Prints what a command came to: as JSON where `--json` was given, else the lines that `text` gives for people. */
export function printResult(
  options: Readonly<Record<string, unknown>>,
  result: unknown,
  text: () => string,
): void {
  process.stdout.write(options['json'] === true ? `${JSON.stringify(result, null, 2)}\n` : text());
}
