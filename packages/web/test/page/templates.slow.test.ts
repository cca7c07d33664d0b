import { describe, expect, test } from 'vitest';
import { startScriptedServer } from '../../../server/test/support/scripted-server.js';
import { button } from '../support/account-dialog.js';
import { DESKTOP, expectAccessible, PHONE } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { openPage } from '../support/open-page.js';

describe.skipIf(chromiumPath === undefined)(
  `somebody with templates${needsChromium}`,
  { timeout: 120_000 },
  () => {
    test('creates, changes and deletes them in the panel, and is told why one is refused', async () => {
      const { url } = await startScriptedServer();
      const { page, complaints } = await openPage(url, { viewport: DESKTOP });
      await page.getByText('Templates', { exact: true }).click();
      await button(page, 'New template').click();
      await page.getByLabel('Name, as you say it').fill('normal exam');
      await page
        .getByRole('textbox', { name: 'Text', exact: true })
        .fill('Knee [[side: left | right]]: no [[finding]].');
      await expectAccessible(page, 'a template being written');
      await button(page, 'Save').click();
      await button(page, 'Edit normal exam').waitFor();
      await expectAccessible(page, 'a list of templates');

      await button(page, 'New template').click();
      await page.getByLabel('Name, as you say it').fill('Normal-Exam');
      await page.getByRole('textbox', { name: 'Text', exact: true }).fill('typed and not lost');
      await button(page, 'Save').click();
      await page.getByText('Another template is said like this. Choose another name.').waitFor();
      expect(await page.getByRole('textbox', { name: 'Text', exact: true }).inputValue()).toBe(
        'typed and not lost',
      );
      await page.getByLabel('Name, as you say it').fill('chest pain');
      await page.getByLabel('For everybody').check();
      await button(page, 'Save').click();
      await page.getByText('for everybody', { exact: true }).waitFor();

      await button(page, 'Edit chest pain').click();
      expect(await page.getByRole('textbox', { name: 'Text', exact: true }).inputValue()).toBe(
        'typed and not lost',
      );
      await page.getByRole('textbox', { name: 'Text', exact: true }).fill('No chest pain.');
      await button(page, 'Save').click();
      await button(page, 'Delete chest pain').click();
      await expectAccessible(page, 'a template about to be deleted');
      await button(page, 'Delete it').click();
      await page.getByText('The template is deleted.').waitFor();
      expect(await button(page, 'Edit chest pain').count()).toBe(0);
      const { templates } = (await (await fetch(`${url}/api/v1/templates`)).json()) as {
        templates: { name: string }[];
      };
      expect(templates.map(({ name }) => name)).toEqual(['normal exam']);

      await page.setViewportSize(PHONE);
      await button(page, 'Settings').click();
      await page.getByText('Templates', { exact: true }).click();
      await button(page, 'Edit normal exam').waitFor();
      await expectAccessible(page, 'templates on a phone');
      expect(complaints.filter((line) => !line.includes('409'))).toEqual([]);
    });
  },
);
