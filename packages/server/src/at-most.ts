/** Resolves once work is done, or after so many milliseconds. Rejects as the work does until then. */
export async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, elapsed]).finally(() => {
    clearTimeout(timer);
  });
}
