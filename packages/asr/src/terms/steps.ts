/** Work that can be left between two steps and gone on with later, so that nothing else waits for all of it. */
export type Steps<Result> = Generator<undefined, Result>;

/** Does it without a break. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
