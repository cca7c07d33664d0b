/** A parser that is fed with whatever the fuzzer comes up with. */
export interface FuzzTarget {
  /** Inputs are no longer than this, bytes: about the limit that the product itself has, where it is small. */
  readonly longest: number;
  /** Processor time that an input may take. */
  readonly allowed: TimeAllowed;
  /** Inputs that it is given for each that others are, where those are counted together; 1 where it is left out. */
  readonly share?: number;
  /** Makes ready what all inputs share, once. */
  readonly prepare: () => RunInput | Promise<RunInput>;
}

/**
 * Gives one input to the parser and checks what comes of it. Throws for whatever must not happen: an error that has no
 * name, or a property that does not hold.
 */
export type RunInput = (input: Buffer) => void | Promise<void>;

/** Milliseconds of the processor. */
export interface TimeAllowed {
  readonly ms: number;
  readonly msPerKiB: number;
}

/** What most parsers are allowed: their work grows with the bytes and with nothing else. */
export const usualTime: TimeAllowed = { ms: 20, msPerKiB: 1 };

/** A property that an input has shown not to hold. */
export class BrokenProperty extends Error {
  override readonly name = 'BrokenProperty';
}

/** Throws {@link BrokenProperty} where `holds` is false. */
export function mustHold(holds: boolean, property: string): asserts holds {
  if (!holds) throw new BrokenProperty(property);
}

/** What `parse` gives, or undefined where it refuses the input with an error of one of these names. */
export function unlessRefused<Value>(names: readonly string[], parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    refusal(names, error);
    return undefined;
  }
}

/** As {@link unlessRefused}, for parsers that take their time. */
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
