import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../../server/test/support/people.js';
import { account, button } from '../support/account-dialog.js';
import { focused } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { giveCode, logIn } from '../support/log-in.js';
import { openPage } from '../support/open-page.js';
import { spawnPeopleServer, type PeopleServer } from '../support/people-server.js';
import { writeSpeech, type SpeechFile } from '../support/speech-file.js';

describe.skipIf(chromiumPath === undefined)(
  `a server that asks who comes${needsChromium}`,
  { timeout: 180_000 },
  () => {
    let server: PeopleServer;
    let speech: SpeechFile;

    beforeAll(async () => {
      server = await spawnPeopleServer();
      speech = await writeSpeech(['jfk/jfk', 'dictation/joe_s002', 'dictation/joe_s003'], 120);
      return () => {
        server.stop();
        speech.remove();
      };
    });

    test('lets somebody in with name and password, shows who it is, and out again with nothing left', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: false });
      const { page, complaints } = await openPage(server.url, { speech: speech.path });
      expect(await page.getByRole('button', { name: 'Start' }).count()).toBe(0);
      expect(await focused(page)).toBe('Name');
      const tickets = countTickets(page);
      await logIn(page, user);
      await account(page, user.name).waitFor();
      expect(await account(page, user.name).textContent()).toContain('Clinician');
      await page.reload();
      await button(page, 'Start').click();
      await page.locator('transcript-line').first().waitFor();
      expect(tickets()).toBe(1);

      await account(page, user.name).click();
      await button(page, 'Log out').click();
      await page.getByText('Stop the recording first').waitFor();
      await button(page, 'Stop').click();
      await page.getByText('Stopped', { exact: true }).first().waitFor();
      await account(page, user.name).click();
      await button(page, 'Log out').click();
      await button(page, 'Begin a new one').click();
      await page.getByText('You are logged out.').waitFor();
      expect(await page.locator('transcript-line').count()).toBe(0);
      await page.reload();
      await button(page, 'Log in').waitFor();
      // That nobody is known at first is said by the browser as well.
      expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    });

    test('asks for a code where there is an authenticator, and takes a recovery code in its place, once', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: true });
      const { page } = await openPage(server.url);
      await logIn(page, user);
      await giveCode(page, 'Code of the authenticator', '000000');
      await page.getByRole('alert').filter({ hasText: 'The code is wrong' }).waitFor();
      await giveCode(page, 'Code of the authenticator', codeOf(user));
      await account(page, user.name).click();
      await page.getByText('None is left.').waitFor();
      await button(page, 'Make new recovery codes').click();
      await page.getByLabel('Your password').fill(user.password);
      await button(page, 'Go on').click();
      const code = (await page.locator('recovery-code-list li').first().textContent()) ?? '';
      await button(page, 'I have kept them').click();
      await page.getByText('10 are left.').waitFor();
      await button(page, 'Log out').click();

      await logIn(page, user);
      await button(page, 'Use a recovery code').click();
      await giveCode(page, 'Recovery code', code);
      await account(page, user.name).click();
      await page.getByText('9 are left.').waitFor();
      await button(page, 'Log out').click();
      await logIn(page, user);
      await button(page, 'Use a recovery code').click();
      await giveCode(page, 'Recovery code', code);
      await page.getByRole('alert').filter({ hasText: 'was used before' }).waitFor();
    });
  },
);

/** Tickets that the page has asked for. */
function countTickets(page: Page): () => number {
  let tickets = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v1/tickets')) tickets++;
  });
  return () => tickets;
}
