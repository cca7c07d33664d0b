/** A frame of a stack: what the engine writes ends with a line and a column. */
const FRAME = /^ {4}at .*:\d+:\d+\)?$/;

/**
 * Where an error was thrown: the frames of its stack, without its message, which may hold anything, what was said
 * included.
 */
export function placesOf({ stack = '', message }: Error): readonly string[] {
  const frames = message === '' ? stack : stack.split(message).join('');
  return frames
    .split('\n')
    .filter((line) => FRAME.test(line))
    .map((line) => line.trim());
}
