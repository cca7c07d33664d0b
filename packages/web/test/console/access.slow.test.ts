import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../server/test/support/databases.js';
import { DESKTOP, expectAccessible, PHONE, sidewaysScroll } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { startConsoleServer } from '../support/console-server.js';
import { openConsole } from '../support/open-console.js';

describe.skipIf(chromiumPath === undefined)(
  `accessibility of the console${needsChromium}`,
  { timeout: 180_000 },
  () => {
    test.each([
      ['a phone', 'dark', PHONE],
      ['a phone', 'light', PHONE],
      ['a desktop', 'light', DESKTOP],
      ['a desktop', 'dark', DESKTOP],
    ] as const)('axe finds nothing on %s in %s colours', async (_name, colorScheme, viewport) => {
      const server = await startConsoleServer();
      const doctor = await server.somebody('clinician', ['cardiology']);
      const id = await server.record(doctor, ['Take 25 mg twice a day.', 'No pain.']);
      await server.speak(doctor, ['Going on.']);
      const { page } = await openConsole(server, doctor, { viewport, colorScheme });
      const see = async (state: string): Promise<void> => {
        await expectAccessible(page, state);
        expect([state, await sidewaysScroll(page)]).toEqual([state, 0]);
      };
      await page.getByRole('table', { name: 'Sessions' }).waitFor();
      await see('sessions');
      await page.getByRole('button', { name: 'Open in an emergency' }).click();
      await page.getByRole('button', { name: 'Open it' }).click();
      await page.getByText('Type the number of the session').waitFor();
      await see('an emergency without a number');
      await page.keyboard.press('Escape');
      await page.goto(`${server.url}/console#sessions/${id}`);
      await page
        .getByRole('button', { name: /^Correct what/ })
        .first()
        .click();
      await page.getByLabel('What was really said').fill('Take 50 mg twice a day.');
      await see('a final being corrected');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('2 versions').click();
      await see('versions');
      await page.goto(`${server.url}/console#sessions/none`);
      await page.getByText('There is no such session').waitFor();
      await see('a session that is not there');

      await as(page.context(), server.url, (await server.somebody('administrator')).cookie);
      await page.reload();
      for (const [place, heading] of [
        ['live', 'Live now'],
        ['people', 'People'],
        ['keys', 'API keys'],
        ['retention', 'Retention'],
        ['terms', 'Key terms'],
        ['health', 'Health'],
      ] as const) {
        await page.goto(`${server.url}/console#${place}`);
        await page.getByRole('heading', { level: 2, name: heading }).waitFor();
        await expect.poll(() => page.getByText('One moment').count()).toBe(0);
        await see(place);
      }
      await page.goto(`${server.url}/console#people`);
      await page.getByRole('button', { name: 'Add a person' }).click();
      await see('a person being added');
      await page.goto('about:blank');

      await as(page.context(), server.url, (await server.somebody('auditor')).cookie);
      await page.goto(`${server.url}/console#audit`);
      await page.getByRole('table', { name: 'Entries' }).waitFor();
      await page.getByRole('button', { name: 'Verify now' }).click();
      await page.getByText('entries are as they were written').waitFor();
      await see('audit');
      await page.goto(`${server.url}/console#people`);
      await page.getByText('There is nothing here for your role').waitFor();
      await see('a part that the role does not have');
      await page.context().clearCookies();
      await page.reload();
      await page.getByRole('button', { name: 'Log in' }).waitFor();
      await see('nobody logged in');
    });

    test('screen readers are given each part with its role and name, and axe finds nothing in any language', async () => {
      const server = await startConsoleServer({ keyTermsDirectory: termsFolder(), retention: '*=0' });
      const doctor = await server.somebody('clinician', ['cardiology']);
      const id = await server.record(doctor, ['Take 25 mg twice a day.', 'No pain.']);
      const { page } = await openConsole(server, doctor, { place: `#sessions/${id}` });
      const heard = async (part: string): Promise<void> => {
        await expect.poll(() => page.getByText('One moment').count()).toBe(0);
        const tree = await page.locator('main').ariaSnapshot();
        await expect(withoutFacts(tree)).toMatchFileSnapshot(`aria/${part}.yaml`);
      };
      await page
        .getByRole('button', { name: /^Correct what/ })
        .first()
        .click();
      await page.getByLabel('What was really said').fill('Take 50 mg twice a day.');
      await heard('session');

      await as(page.context(), server.url, (await server.somebody('administrator')).cookie);
      await page.goto('about:blank');
      for (const part of ['sessions', 'people', 'keys', 'terms'] as const) {
        await page.goto(`${server.url}/console#${part}`);
        await page.getByRole('table').first().waitFor();
        await heard(part);
      }
      await page.goto(`${server.url}/console#retention`);
      await page.getByRole('button', { name: 'Show the sessions' }).click();
      await page.getByRole('table').waitFor();
      await heard('retention');
      await page.getByRole('button', { name: 'Destroy them now' }).click();
      await page.getByRole('dialog').waitFor();
      const question = await page.getByRole('dialog').ariaSnapshot();
      await expect(withoutFacts(question)).toMatchFileSnapshot('aria/question.yaml');

      await page.setViewportSize(PHONE);
      for (const language of ['de', 'fr', 'es', 'en'] as const) {
        await page.evaluate((chosen) => {
          localStorage.setItem('auscult.settings', JSON.stringify({ language: chosen }));
        }, language);
        await page.goto(`${server.url}/console#terms`);
        await page.reload();
        await page.locator(`html[lang=${language}]`).waitFor();
        await page.getByRole('table').waitFor();
        await expectAccessible(page, `key terms in ${language}`);
        expect([language, await sidewaysScroll(page)]).toEqual([language, 0]);
      }
    });
  },
);

/** A folder with a term of the server and one of the tenant. */
function termsFolder(): string {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'server.txt'), 'metoprolol\n');
  mkdirSync(join(folder, 'tenants'));
  writeFileSync(join(folder, 'tenants', 'default.txt'), 'Dr. Okonkwo\t2\to conk wo\n');
  return folder;
}

/** What a screen reader says, without what differs from run to run: times, ids and numbered names. */
function withoutFacts(tree: string): string {
  return tree
    .replaceAll(/[A-Z][a-z]{2} \d{1,2}, \d{4}(, \d{1,2}:\d\d(:\d\d)?\s[AP]M)?/gu, 'TIME')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\b[\da-f]{12}\b/gu, 'ID')
    .replaceAll(/\b(clinician|administrator|supervisor|auditor)-\d+/gu, '$1');
}

/** Whose browser it is from now on. */
async function as(context: BrowserContext, url: string, cookie: string): Promise<void> {
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url }]);
}
