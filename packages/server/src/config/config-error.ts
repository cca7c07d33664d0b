/** A configuration that cannot be used. Its text holds names of settings and files, never values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    /** What is wrong, a sentence. */
    message: string,
    /** What the reader can do, a sentence. */
    readonly remedy: string,
  ) {
    super(message);
  }
}
