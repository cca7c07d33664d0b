/** A parser that is fed with whatever the fuzzer comes up with. */
export interface FuzzTarget {
  /** The most bytes of an input. If the product has a small limit of its own, about the same as that. */
  readonly longest: number;
  /** Processor time that an input may take. */
  readonly allowed: TimeAllowed;
  /** Weight of the target when `--inputs` are split among targets; 1 if left out. */
  readonly share?: number;
  /** Prepares, once, everything that all inputs share. */
  readonly prepare: () => RunInput | Promise<RunInput>;
}

/**
 * Gives one input to the parser and checks the result. Throws for anything that must not happen: an error without a
 * name, or a property that does not hold.
 */
export type RunInput = (input: Buffer) => void | Promise<void>;

/** Milliseconds of the processor. */
export interface TimeAllowed {
  readonly ms: number;
  readonly msPerKiB: number;
}

/** The time allowed to most parsers, whose work should grow only with the bytes. */
export const usualTime: TimeAllowed = { ms: 20, msPerKiB: 1 };

/** A property that an input has shown not to hold. */
export class BrokenProperty extends Error {
  override readonly name = 'BrokenProperty';
}

/** Throws {@link BrokenProperty} where `holds` is false. */
export function mustHold(holds: boolean, property: string): asserts holds {
  if (!holds) throw new BrokenProperty(property);
}

/** The result of `parse`, or undefined if it refuses the input with an error of one of these names. */
export function unlessRefused<Value>(names: readonly string[], parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    refusal(names, error);
    return undefined;
  }
}

/** As {@link unlessRefused}, for asynchronous parsers. */
export async function unlessRefusedLater<Value>(
  names: readonly string[],
  parse: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await parse();
  } catch (error) {
    refusal(names, error);
    return undefined;
  }
}

function refusal(names: readonly string[], error: unknown): undefined {
  if (error instanceof Error && names.includes(error.name)) return undefined;
  throw error;
}
