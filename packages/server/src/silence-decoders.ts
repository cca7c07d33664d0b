/**
 * Keeps decoders of recordings from the console, where they report each bad frame, for the rest of the process:
 * what is wrong with a recording is said once, at its end.
 */
export function silenceDecoders(): void {
  console.error = () => undefined;
}
