import { beforeAll, describe, expect, test } from 'vitest';
import { account, button } from '../support/account-dialog.js';
import { expectAccessible } from '../support/accessible.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { logIn } from '../support/log-in.js';
import { openPage } from '../support/open-page.js';
import { spawnPeopleServer, type PeopleServer } from '../support/people-server.js';
import { writeSpeech, type SpeechFile } from '../support/speech-file.js';

/** As much speech of one person as an enrolment needs; the browser plays it again and again. */
const READER = ['librispeech/1089-134686-0000', 'librispeech/1089-134686-0000'];

describe.skipIf(chromiumPath === undefined)(
  `the account of somebody who may enrol their voice${needsChromium}`,
  { timeout: 300_000 },
  () => {
    let server: PeopleServer;
    let speech: SpeechFile;

    beforeAll(async () => {
      server = await spawnPeopleServer('--voice-enrolment');
      speech = await writeSpeech(READER);
      return () => {
        server.stop();
        speech.remove();
      };
    });

    test('shows what they consent to, records their voice, and deletes it', async () => {
      const user = await server.create({ role: 'clinician', usesCodes: false });
      const { page } = await openPage(server.url, { speech: speech.path });
      await logIn(page, user);
      await account(page, user.name).click();
      await button(page, 'Enrol your voice').click();
      await page.getByText('A voiceprint is biometric data.').waitFor();
      await expectAccessible(page, 'consent to an enrolment');
      await button(page, 'I agree, record').click();
      await page.getByRole('progressbar', { name: 'Recorded' }).waitFor();
      await page.getByText('Your voice is enrolled.').waitFor({ timeout: 200_000 });
      await button(page, 'Delete your voice').click();
      await button(page, 'Delete it').click();
      await page.getByText('Your voice is deleted.').waitFor();
      expect(await button(page, 'Delete your voice').count()).toBe(0);
    });

    test('has nothing about voices for roles that do not speak', async () => {
      const user = await server.create({ role: 'auditor', usesCodes: false });
      const { page } = await openPage(server.url, { speech: speech.path });
      await logIn(page, user);
      await account(page, user.name).click();
      await button(page, 'Change the password').waitFor();
      expect(await page.getByRole('heading', { name: 'Your voice' }).count()).toBe(0);
    });
  },
);
