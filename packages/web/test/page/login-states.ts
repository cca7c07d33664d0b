import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../../server/test/support/people.js';
import { account, button, changePassword, scan } from '../support/account-dialog.js';
import { DESKTOP, expectAccessible, PHONE, sidewaysScroll } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { giveCode, logIn } from '../support/log-in.js';
import { openPage } from '../support/open-page.js';
import { spawnPeopleServer, type PeopleServer } from '../support/people-server.js';
import { writeSpeech, type SpeechFile } from '../support/speech-file.js';

const NEW_PASSWORD = 'correct horse battery staple';

/** Tests that all states of a login are accessible, in the colours of this scheme. */
export function testLoginStates(colorScheme: 'light' | 'dark'): void {
  describe.skipIf(chromiumPath === undefined)(
    `the login in ${colorScheme} colours${needsChromium}`,
    { timeout: 180_000 },
    () => {
      // A separate server, since so many wrong passwords also lock out the address of the browser.
      let server: PeopleServer;
      let speech: SpeechFile;
      beforeAll(async () => {
        server = await spawnPeopleServer();
        speech = await writeSpeech(['jfk/jfk'], 120);
        return () => {
          server.stop();
          speech.remove();
        };
      });

      test.each([
        ['a phone', PHONE],
        ['a desktop', DESKTOP],
      ])('axe finds nothing on %s, in any state of a login', async (_name, viewport) => {
        const user = await server.create({ role: 'clinician', usesCodes: true });
        const { page } = await openPage(server.url, {
          ...{ colorScheme, viewport, reducedMotion: 'reduce' },
          speech: speech.path,
        });
        const see = async (state: string): Promise<void> => {
          await expectAccessible(page, state);
          expect([state, await sidewaysScroll(page)]).toEqual([state, 0]);
        };
        await see('form');
        await logIn(page, { ...user, password: 'wrong' });
        await page.getByRole('alert').filter({ hasText: 'is wrong' }).waitFor();
        await see('wrong password');
        await logIn(page, user);
        await page.getByLabel('Code of the authenticator').waitFor();
        await see('code');
        await button(page, 'Use a recovery code').click();
        await giveCode(page, 'Recovery code', 'wrong');
        await page.getByRole('alert').filter({ hasText: 'recovery code is wrong' }).waitFor();
        await see('recovery code');
        await button(page, 'Use the authenticator').click();
        await giveCode(page, 'Code of the authenticator', codeOf(user));
        await account(page, user.name).waitFor();
        await see('in');
        await account(page, user.name).click();
        await page.getByText('None is left.').waitFor();
        await see('account');
        await button(page, 'Change the password').click();
        await changePassword(page, 'wrong', NEW_PASSWORD);
        await page.getByText('The current password is wrong.').waitFor();
        await see('change of password');
        await button(page, 'Cancel').click();
        await button(page, 'Replace the authenticator').click();
        await page.getByLabel('Your password').fill(user.password);
        await see('is it you');
        await button(page, 'Go on').click();
        await page.getByRole('img', { name: 'QR code of the authenticator' }).waitFor();
        const codeSetup = await scan(page);
        await page.getByText('It cannot be scanned').click();
        await see('authenticator');
        await page.getByLabel('Type the code that it shows').fill(codeOf({ codeSetup }));
        await button(page, 'Use it from now on').click();
        await page.getByText('Keep these recovery codes').waitFor();
        await see('recovery codes');
        await button(page, 'I have kept them').click();
        await page.getByText('10 are left.').waitFor();
        await page.keyboard.press('Escape');
        await button(page, 'Start').click();
        await page.locator('transcript-line').first().waitFor();
        const password = await server.reset(user);
        await page.getByText(/s wait to be sent\. Log in to send it\./).waitFor();
        await see('ended while speaking');
        for (let count = 0; count < 6; count++) {
          await logIn(page, { ...user, password: `${password}${count}` });
          await page.getByRole('alert').filter({ hasText: 'is wrong' }).waitFor();
        }
        await logIn(page, { ...user, password });
        await page.getByText('Too many attempts').waitFor();
        await see('locked out');
      });
    },
  );
}
