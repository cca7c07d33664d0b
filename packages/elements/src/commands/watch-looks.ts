/** Calls back when fields may be in another place or look different: the page was moved, or has another theme. */
export function watchLooks(changed: () => void, signal: AbortSignal): void {
  const options = { capture: true, passive: true, signal };
  addEventListener('scroll', changed, options);
  addEventListener('resize', changed, options);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed, { signal });
  // Colours that change slowly are the right ones at the end only.
  document.addEventListener('transitionend', changed, options);
  // Of a stylesheet that was exchanged.
  document.addEventListener('load', changed, options);
  const observer = new MutationObserver(changed);
  observer.observe(document, { attributes: true, subtree: true });
  signal.addEventListener('abort', () => {
    observer.disconnect();
  });
}
