import { expect, onTestFinished, test } from 'vitest';
import { spawnRealServer } from '../../../server/test/support/real-server.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';

const MOST_BYTES = 150_000;

test.skipIf(chromiumPath === undefined)(
  `the page is small and complete, and sends requests only to its own server${needsChromium}`,
  async () => {
    const server = await spawnRealServer('--workers', '1');
    onTestFinished(() => {
      server.signal('SIGKILL');
    });
    const { page, complaints } = await openPage(server.url);
    const files = await page.evaluate(() =>
      [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
        (entry) => ({ name: entry.name, bytes: (entry as PerformanceResourceTiming).transferSize }),
      ),
    );
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter(({ name }) => !name.startsWith(server.url))).toEqual([]);
    expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(MOST_BYTES);
    expect(complaints).toEqual([]);
  },
);

test.skipIf(chromiumPath === undefined)(`settings are kept over a reload${needsChromium}`, async () => {
  const server = await spawnRealServer('--workers', '1');
  onTestFinished(() => {
    server.signal('SIGKILL');
  });
  const { page } = await openPage(server.url, { colorScheme: 'light' });
  await page.getByRole('button', { name: 'Dark colours' }).click();
  await page.getByLabel('Suppress noise').check();
  await page.reload();
  await page.getByRole('button', { name: 'Light colours' }).waitFor();
  expect(await page.getByLabel('Suppress noise').isChecked()).toBe(true);
});
