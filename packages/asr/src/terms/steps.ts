/** Work that can be interrupted between steps and continued later, so that nothing else has to wait for all of it. */
export type Steps<Result> = Generator<undefined, Result>;

/** Does all of it without interruption. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
