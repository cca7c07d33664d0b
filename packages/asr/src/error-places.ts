/** A frame of a stack: a line that the engine writes ends with a line number and a column. */
const FRAME = /^ {4}at .*:\d+:\d+\)?$/;

/**
 * Where an error was thrown: the frames of its stack, without its message, which may hold anything, including what
 * was said.
 */
export function placesOf({ stack = '', message }: Error): readonly string[] {
  const frames = message === '' ? stack : stack.split(message).join('');
  return frames
    .split('\n')
    .filter((line) => FRAME.test(line))
    .map((line) => line.trim());
}
