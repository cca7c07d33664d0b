import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 800 };

/** Requires that axe finds nothing. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (tags) => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await inPage.run(document, { runOnly: tags });
    const lines: string[] = [];
    for (const { id, nodes } of violations)
      for (const { html, failureSummary, target } of nodes)
        if (id !== 'target-size' || (await isSmallWherever(target.flat())))
          lines.push(`${id}: ${html} ${failureSummary ?? ''}`);
    return lines;

    /** What lies half beyond the edge of a list is scrolled to before anybody presses it. */
    async function isSmallWherever(path: readonly string[]): Promise<boolean> {
      let root: Document | ShadowRoot | null = document;
      let element: Element | null = null;
      for (const selector of path) {
        element = root?.querySelector(selector) ?? null;
        root = element?.shadowRoot ?? null;
      }
      if (element === null) return true;
      element.scrollIntoView({ block: 'center' });
      const again = await inPage.run(document, { runOnly: { type: 'rule', values: ['target-size'] } });
      return again.violations.some(({ nodes }) =>
        nodes.some(({ target }) => target.flat().join(' ') === path.join(' ')),
      );
    }
  }, RULES);
  expect(found, state).toEqual([]);
}

/** How far the page can be scrolled sideways. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Presses Tab until something of that name has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let tabs = 0; tabs < 60; tabs++) {
    if ((await focused(page)).startsWith(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${name}`);
}

/** The accessible name of the element that has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
    return (element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '').trim();
  });
}
