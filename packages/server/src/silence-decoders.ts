/**
 * Keeps decoders of recordings from the console, where they report each bad frame, for the rest of the process:
 * a fault of a recording is reported once, at its end.
 */
export function silenceDecoders(): void {
  console.error = () => undefined;
}
