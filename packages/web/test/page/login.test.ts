import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { account, button } from '../support/account-dialog.js';
import { focused } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { logIn } from '../support/log-in.js';
import { openPage } from '../support/open-page.js';
import { spawnPeopleServer, type PeopleServer } from '../support/people-server.js';
import { writeSpeech, type SpeechFile } from '../support/speech-file.js';

describe.skipIf(chromiumPath === undefined)(
  `a server with logins${needsChromium}`,
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

    test('lets a user log in, shows who it is, and leaves nothing after the logout', async () => {
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
      // The browser reports the first answer, that nobody is logged in, as an error too.
      expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
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
