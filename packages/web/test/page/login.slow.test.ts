import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../../server/test/support/people.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import { account, button, changePassword, scan } from '../support/account-dialog.js';
import { expectAccessible, focused, tabTo } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { giveCode, logIn } from '../support/log-in.js';
import { openPage } from '../support/open-page.js';
import { spawnPeopleServer, type PeopleServer } from '../support/people-server.js';
import { writeSpeech, type SpeechFile } from '../support/speech-file.js';
import { testLoginStates } from './login-states.js';

/** Milliseconds that a loaded machine may take. */
const PATIENCE = { timeout: 60_000 };
const NEW_PASSWORD = 'correct horse battery staple';

testLoginStates('dark');

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

    test('reports a wrong password, and the time to wait after too many attempts', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: false });
      const { page } = await openPage(server.url);
      for (let count = 0; count < 6; count++) {
        await logIn(page, { ...user, password: `wrong ${count}` });
        await page.getByRole('alert').filter({ hasText: 'The name or the password is wrong' }).waitFor();
      }
      await logIn(page, user);
      await page
        .getByRole('alert')
        .filter({ hasText: /Too many attempts have failed\. Wait \d+ seconds/ })
        .waitFor();
      const waiting = page.getByRole('button', { name: /^Wait 0:\d\d$/ });
      expect(await waiting.getAttribute('aria-disabled')).toBe('true');
    });

    test('asks for a code with an authenticator, and accepts a recovery code in its place, once', async () => {
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

    test('loses no words when the login ends during a recording', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: false });
      const { page } = await openPage(server.url, { speech: speech.path });
      const tickets = countTickets(page);
      await logIn(page, user);
      await button(page, 'Start').click();
      const first = page.locator('transcript-line .text').first();
      await first.waitFor();
      const said = await first.textContent();

      const password = await server.reset(user);
      await page.getByText('Your login has ended').waitFor();
      expect(await first.isVisible()).toBe(false);
      await page.getByText(/Recording goes on: \d+ s wait to be sent\. Log in to send it\./).waitFor();
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(user.name);
      await logIn(page, { ...user, password });
      await page.getByText('Listening', { exact: true }).first().waitFor();
      await page
        .getByText(/fibrillation/i)
        .first()
        .waitFor();
      expect(await first.textContent()).toBe(said);
      await button(page, 'Stop').click();
      await page.getByText('Stopped', { exact: true }).first().waitFor();
      const heard = (await page.locator('transcript-line .text').allTextContents()).join(' ');
      expect(wordErrorRate(speech.text, heard)).toBeLessThan(0.3);
      expect(tickets()).toBe(3);
    });

    test('notices the end of an idle login, and shows the text to no other user', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: false });
      const other = await server.create({ role: 'clinician', usesCodes: false });
      const { page } = await openPage(server.url, { speech: speech.path });
      await logIn(page, user);
      await button(page, 'Start').click();
      await page.locator('transcript-line').first().waitFor();
      await button(page, 'Stop').click();
      await page.getByText('Stopped', { exact: true }).first().waitFor();
      await page.clock.install();
      // The timers that watch over the login were set before this.
      await page.getByRole('timer').click();
      const password = await server.reset(user);
      await page.clock.fastForward('02:00');
      await page.getByRole('timer').click();
      await page.getByText('Your login has ended. The transcript is still here.').waitFor();
      expect(await page.locator('transcript-line').first().isVisible()).toBe(false);
      await logIn(page, { ...user, password });
      await page.locator('transcript-line').first().waitFor();

      await server.reset(user);
      await page.clock.fastForward('31:00');
      await page.getByText(`somebody else than ${user.name} logs in`).waitFor();
      await logIn(page, other);
      await account(page, other.name).waitFor();
      await page.getByText('Ready', { exact: true }).first().waitFor();
      expect(await page.locator('transcript-line').count()).toBe(0);
    });

    test('brings the settings of a person to another browser, and to nobody else who logs in there', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: false });
      const other = await server.create({ role: 'clinician', usesCodes: false });
      const { page } = await openPage(server.url);
      await logIn(page, user);
      const kept = page.waitForResponse(
        (answer) =>
          answer.url().endsWith('/api/v1/account/settings') &&
          answer.request().method() === 'PUT' &&
          answer.ok(),
      );
      await page.getByLabel('At one microphone').selectOption('Two people');
      await kept;

      const { page: elsewhere } = await openPage(server.url);
      const chosen = () => elsewhere.getByLabel('At one microphone').inputValue();
      await logIn(elsewhere, user);
      await expect.poll(chosen, PATIENCE).toBe('2');
      await account(elsewhere, user.name).click();
      await button(elsewhere, 'Log out').click();
      await logIn(elsewhere, other);
      await account(elsewhere, other.name).waitFor();
      await expect.poll(chosen, PATIENCE).toBe('off');
    });

    test.each([
      ['auditor', 'Auditors read the audit log'],
      ['administrator', 'Administrators manage people'],
    ])('tells an %s what the role is for, and shows no microphone', async (role, sentence) => {
      const user = await server.create({ role, usesCodes: false });
      const { page } = await openPage(server.url);
      await logIn(page, user);
      await page.getByText(sentence).waitFor();
      expect(await page.getByRole('button', { name: /Start|Settings|shortcuts/ }).count()).toBe(0);
      await account(page, user.name).click();
      await button(page, 'Log out').click();
      await page.getByText('You are logged out.').waitFor();
    });

    test('lets users change their password and set an authenticator up', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: false });
      const { page } = await openPage(server.url);
      await logIn(page, user);
      await account(page, user.name).click();
      await button(page, 'Change the password').click();
      await changePassword(page, 'wrong', NEW_PASSWORD);
      await page.getByText('The current password is wrong.').waitFor();
      await changePassword(page, user.password, 'short');
      await page.getByText('The new password is too easy to guess').waitFor();
      await changePassword(page, user.password, NEW_PASSWORD, 'another');
      await page.getByText('The two new passwords are not the same.').waitFor();
      await changePassword(page, user.password, NEW_PASSWORD);
      await page.getByText('The password is changed.').waitFor();

      await button(page, 'Set an authenticator up').click();
      await page.getByLabel('Your password').fill(NEW_PASSWORD);
      await button(page, 'Go on').click();
      await page.getByRole('img', { name: 'QR code of the authenticator' }).waitFor();
      const codeSetup = await scan(page);
      await page.getByText('It cannot be scanned').click();
      expect(await page.locator('#setup').textContent()).toBe(codeSetup);
      const secret = (await page.locator('#secret').textContent())?.replaceAll(' ', '');
      expect(codeSetup).toContain(`secret=${secret ?? ''}&`);
      await page.getByLabel('Type the code that it shows').fill('000000');
      await button(page, 'Use it from now on').click();
      await page.getByRole('alert').filter({ hasText: 'Check that the clock' }).waitFor();
      await page.getByLabel('Type the code that it shows').fill(codeOf({ codeSetup }));
      await button(page, 'Use it from now on').click();
      await page.getByText('Keep these recovery codes').waitFor();
      expect(await page.locator('recovery-code-list li').count()).toBe(10);
      await button(page, 'I have kept them').click();
      await button(page, 'Log out').click();

      await logIn(page, { ...user, password: NEW_PASSWORD });
      await giveCode(page, 'Code of the authenticator', codeOf({ codeSetup }, 1));
      await account(page, user.name).waitFor();
    });

    test('can be used from the keyboard alone', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: true });
      const { page } = await openPage(server.url);
      await tabTo(page, 'Name');
      await page.keyboard.type(user.name);
      await page.keyboard.press('Tab');
      await page.keyboard.type('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'is wrong' }).waitFor();
      expect(await focused(page)).toBe('Password');
      await page.keyboard.type(user.password);
      await page.keyboard.press('Enter');
      await page.getByLabel('Code of the authenticator').waitFor();
      expect(await focused(page)).toBe('Code of the authenticator');
      await page.keyboard.type(codeOf(user));
      await page.keyboard.press('Enter');
      await account(page, user.name).waitFor();
      await tabTo(page, 'Account of');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Your account' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });

    test('can be tried again when it could not be reached', async () => {
      const { page } = await openPage(server.url);
      await page.route('**/api/v1/identity', (route) => route.abort());
      await page.reload();
      await page.getByText('The page cannot be opened').waitFor();
      await expectAccessible(page, 'unreachable');
      await page.unroute('**/api/v1/identity');
      await button(page, 'Try again').click();
      await button(page, 'Log in').waitFor();
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
