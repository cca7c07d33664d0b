/**
 * Work that can be interrupted between its steps and continued later, so that nothing has to wait until all of it is done.
 */
export type Steps<Result> = Generator<undefined, Result>;

/** Does all of it without interruption. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
