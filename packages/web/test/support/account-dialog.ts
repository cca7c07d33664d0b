import decodeQR from 'qr/decode.js';
import type { Locator, Page } from 'playwright-core';

export function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

/** The button that opens the account of whoever is logged in. */
export function account(page: Page, name: string): Locator {
  return page.getByRole('button', { name: `Account of ${name}` });
}

export async function changePassword(page: Page, current: string, next: string, again = next): Promise<void> {
  await page.getByLabel('Current password').fill(current);
  await page.getByLabel('New password', { exact: true }).fill(next);
  await page.getByLabel('New password, once more').fill(again);
  await button(page, 'Change it').click();
}

/** What a camera would read from the QR code that is shown. */
export async function scan(page: Page): Promise<string> {
  const code = page.locator('qr-code svg');
  const side = Number((await code.getAttribute('viewBox'))?.split(' ')[2]);
  const path = (await code.locator('path').getAttribute('d')) ?? '';
  const scale = 4;
  const width = side * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)/g))
    for (let dy = 0; dy < scale; dy++)
      for (let dx = 0; dx < scale; dx++) {
        const pixel = (Number(y) * scale + dy) * width + Number(x) * scale + dx;
        data.fill(0, pixel * 4, pixel * 4 + 3);
      }
  return decodeQR({ width, height: width, data });
}
