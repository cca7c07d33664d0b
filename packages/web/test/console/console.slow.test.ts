import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../server/test/support/databases.js';
import { until } from '../../../server/test/support/until.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { startConsoleServer } from '../support/console-server.js';
import { openConsole, type Carried } from '../support/open-console.js';

const SAID = 'the secret word is aspidistra';

describe.skipIf(chromiumPath === undefined)(`the console${needsChromium}`, { timeout: 180_000 }, () => {
  test.each([
    ['clinician', ['Sessions'], 'nothing'],
    ['supervisor', ['Sessions', 'Live now', 'Key terms'], 'of the group'],
    ['auditor', ['Audit log', 'Health'], 'nothing'],
    ['service', ['Sessions'], 'nothing'],
    [
      'administrator',
      ['Sessions', 'Live now', 'People', 'API keys', 'Retention', 'Key terms', 'Health'],
      'metadata of all',
    ],
  ] as const)(
    'shows a %s the parts %j, asks for nothing else, and gets %s',
    async (role, parts, readable) => {
      const server = await startConsoleServer();
      const groups = ['cardiology'];
      const doctor = await server.somebody('clinician', groups);
      const stranger = await server.somebody('clinician');
      const [own, foreign] = [await server.record(doctor, [SAID]), await server.record(stranger, [SAID])];
      const somebody = await server.somebody(role, role === 'supervisor' ? groups : []);
      const { page, complaints, carried } = await openConsole(server, somebody);
      const nav = page.getByRole('navigation', { name: 'Parts of the console' }).getByRole('link');
      expect(await nav.allInnerTexts()).toEqual(parts);
      for (const part of parts) {
        await nav.filter({ hasText: part }).click();
        await page.getByRole('heading', { level: 2, name: part }).waitFor();
        await settled(page);
      }
      if (readable === 'of the group') {
        await nav.filter({ hasText: 'Sessions' }).click();
        const row = page
          .getByRole('table', { name: 'Sessions' })
          .getByRole('row')
          .filter({ hasText: doctor.name });
        await row.getByRole('link').click();
        await page.getByText(SAID).waitFor();
      }
      const answers = await carried();
      expect(answers.filter(({ status }) => status >= 400)).toEqual([]);
      const bodies = answers.map(({ body }) => body).join('\n');
      expect(bodies.includes(SAID)).toBe(readable === 'of the group');
      const names = (id: string): boolean => listed(answers).includes(id);
      expect([names(own), names(foreign)]).toEqual([readable !== 'nothing', readable === 'metadata of all']);
      expect(complaints).toEqual([]);
    },
  );

  test('corrects a final, shows what changes before and after, and keeps what somebody else has written meanwhile', async () => {
    const server = await startConsoleServer();
    const doctor = await server.somebody('clinician');
    const id = await server.record(doctor, ['Good morning.', 'Take 25 mg of metoprolol twice a day.']);
    const { page, complaints } = await openConsole(server, doctor, { place: `#sessions/${id}` });
    const second = page.locator('record-final').nth(1);
    await second.getByRole('button', { name: /^Correct what/ }).click();
    await page.getByLabel('What was really said').fill('Take 50 mg of metoprolol once a day.');
    expect(await changes(second.locator('.preview del'))).toEqual(['25', 'twice']);
    expect(await changes(second.locator('.preview ins'))).toEqual(['50', 'once']);
    await second.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The correction is saved').waitFor();
    await second.getByText('2 versions').click();
    expect(await changes(second.locator('details ins'))).toEqual(['50', 'once']);
    expect(await second.locator('.text').first().innerText()).toBe('Take 50 mg of metoprolol once a day.');

    await second.getByRole('button', { name: /^Correct what/ }).click();
    await page.getByLabel('What was really said').fill('Mine.');
    const path = `${server.url}/api/v1/sessions/${id}/segments/1/versions`;
    const headers = { cookie: doctor.cookie, origin: server.url, 'content-type': 'application/json' };
    const body = JSON.stringify({ version: 2, text: 'Theirs.' });
    expect((await fetch(path, { method: 'POST', headers, body })).status).toBe(201);
    await second.getByRole('button', { name: 'Save' }).click();
    await second.getByText('Somebody else has corrected this meanwhile').waitFor();
    expect(await changes(second.locator('.preview del'))).toEqual(['Theirs.']);
    await second.getByRole('button', { name: 'Save' }).click();
    await second.getByText('4 versions').waitFor();
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
  });

  test('goes through pages of the server, and searches by what is known without the text', async () => {
    const server = await startConsoleServer();
    const doctor = await server.somebody('clinician', ['ward 3']);
    await Promise.all(Array.from({ length: 5 }, () => recordSome(server, doctor, 11)));
    const { page, carried } = await openConsole(server, doctor);
    const rows = page.getByRole('table', { name: 'Sessions' }).getByRole('row');
    await settled(page);
    await expect.poll(() => rows.count()).toBe(51);
    await page.getByText('it is encrypted').waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => rows.count()).toBe(6);
    await page.getByText('Page 2').waitFor();
    await rows.last().getByRole('link').click();
    await page.getByRole('link', { name: 'All sessions' }).click();
    // Whoever comes back is where they were.
    await page.getByText('Page 2').waitFor();
    await page.getByLabel('Kind').selectOption('Recording');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('No session fits').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => rows.count()).toBe(51);
    const asked = (await carried()).filter(({ path }) => path.startsWith('/api/v1/sessions?after='));
    expect(asked.length).toBeGreaterThan(0);
  });

  test('lets an administrator see who speaks, and end it', async () => {
    const server = await startConsoleServer();
    const admin = await server.somebody('administrator');
    const doctor = await server.somebody('clinician');
    const { page } = await openConsole(server, admin, { place: '#live' });
    await page.getByText('Nobody speaks at the moment').waitFor();
    const { closed } = await server.speak(doctor, [SAID]);
    // It appears by itself.
    await page.getByRole('button', { name: /^End the session of/ }).click();
    await page.getByRole('button', { name: 'End it' }).click();
    expect(await closed).toBe(4411);
    await page.getByText('Nobody speaks at the moment').waitFor();
    expect(await page.content()).not.toContain(SAID);
  });

  test('makes, changes and disables people, and shows a password and a key once', async () => {
    const server = await startConsoleServer();
    const { page, complaints } = await openConsole(server, await server.somebody('administrator'), {
      place: '#people',
    });
    await page.getByRole('button', { name: 'Add a person' }).click();
    await page.getByLabel('Name to log in with').fill('dr.new');
    await page.getByLabel('Role').selectOption('Supervisor');
    await page.getByRole('textbox', { name: 'Groups' }).fill('icu, ward 3, icu');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const shown = page.getByRole('dialog', { name: 'What dr.new logs in with' });
    await page.getByRole('img', { name: 'QR code of the authenticator' }).waitFor();
    await shown.getByRole('button', { name: 'Close' }).click();
    const row = page.getByRole('row').filter({ hasText: 'dr.new' });
    expect(await row.innerText()).toMatch(/Supervisor\s+icu, ward 3/);
    await row.getByRole('button', { name: 'Change dr.new' }).click();
    await page.getByLabel('Role').selectOption('Clinician');
    await page.getByRole('button', { name: 'Save' }).click();
    await row.getByText('Clinician').waitFor();
    await row.getByRole('button', { name: 'Disable dr.new' }).click();
    await page.locator('confirm-dialog').getByRole('button', { name: 'Disable' }).click();
    await row.getByText('Disabled').waitFor();

    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByLabel('What it is for').fill('importer');
    await page.getByLabel('Valid for so many days').fill('30');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const secret = await page.getByRole('group', { name: 'The key' }).innerText();
    const headers = { authorization: `Bearer ${secret}` };
    expect((await fetch(`${server.url}/api/v1/identity`, { headers })).status).toBe(200);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Revoke importer' }).click();
    await page.locator('confirm-dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('row').filter({ hasText: 'importer' }).getByText('Revoked').waitFor();
    expect((await fetch(`${server.url}/api/v1/identity`, { headers })).status).toBe(401);
    expect(complaints).toEqual([]);
  });

  test('finds people by name, changes key terms, and destroys what is due', async () => {
    const folder = temporaryDirectory();
    const server = await startConsoleServer({ keyTermsDirectory: folder, retention: '*=0' });
    const doctor = await server.somebody('clinician');
    await server.record(doctor, [SAID]);
    const admin = await server.somebody('administrator');
    const { page, complaints } = await openConsole(server, admin, { place: '#people' });
    await page.getByLabel('Name', { exact: true }).fill(doctor.name.toUpperCase());
    await page.getByRole('button', { name: 'Search' }).click();
    const people = page.getByRole('table', { name: 'People' }).getByRole('row');
    await expect.poll(() => people.count()).toBe(2);
    await people.filter({ hasText: doctor.name }).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => people.count()).toBe(3);

    await page.getByRole('link', { name: 'Key terms' }).click();
    await page.getByRole('button', { name: 'Add a term' }).click();
    await page.getByLabel('Term', { exact: true }).last().fill('HbA1c');
    await page.getByLabel('Sounds like').fill('h b a one c, a one c');
    await page.getByLabel('Weight').fill('7');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Type a weight from 0.1 to 3').waitFor();
    await page.getByLabel('Weight').fill('1.5');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const term = page.getByRole('row').filter({ hasText: 'HbA1c' });
    expect(await term.innerText()).toMatch(/h b a one c, a one c\s+1.5\s+Your organisation/);
    expect(readFileSync(join(folder, 'tenants', 'default.txt'), 'utf8')).toBe(
      'HbA1c\t1.5\th b a one c|a one c\n',
    );
    await term.getByRole('button', { name: 'Remove HbA1c' }).click();
    await page.locator('confirm-dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('There are none.').waitFor();

    await page.getByRole('link', { name: 'Retention' }).click();
    await page.getByRole('button', { name: 'Show the sessions' }).click();
    await page.getByText('Is destroyed').waitFor();
    await page.getByRole('button', { name: 'Destroy them now' }).click();
    await page.getByRole('button', { name: 'Destroy them', exact: true }).click();
    await page.getByText('Destroyed: 1.').waitFor();
    await page.getByText('There are none at the moment.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('verifies the audit log, says what happened, and opens a session in an emergency', async () => {
    const server = await startConsoleServer();
    const [doctor, other] = [await server.somebody('clinician'), await server.somebody('clinician')];
    const id = await server.record(doctor, [SAID]);
    const { page } = await openConsole(server, other, { place: `#sessions/${id}` });
    await page.getByRole('button', { name: 'Open in an emergency' }).click();
    await page.getByLabel('Reason').fill('unconscious, on call');
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.getByText(SAID).waitFor();
    expect(await page.getByRole('button', { name: /^(Correct|Export|Delete)/ }).count()).toBe(0);

    const { page: log } = await openConsole(server, await server.somebody('auditor'), { place: '#audit' });
    await log.getByText('opened a session of somebody else in an emergency').waitFor();
    await log.getByText('Reason: unconscious, on call').first().waitFor();
    await log.getByRole('button', { name: 'Verify now' }).click();
    await log.getByText('entries are as they were written').waitFor();
    const [file] = await Promise.all([
      log.waitForEvent('download'),
      log.getByRole('button', { name: 'Export all of it' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^audit-.*\.jsonl$/);
  });
});

/** The words of parts of a difference, without what tells those apart who do not see it. */
function changes(parts: Locator): Promise<readonly string[]> {
  return parts.evaluateAll((all) => all.map((part) => part.lastChild?.textContent ?? ''));
}

/** Waits until nothing is being fetched. */
async function settled(page: Page): Promise<void> {
  await until(async () => (await page.getByText('One moment').count()) === 0);
}

/** Ids in lists of sessions. */
function listed(answers: readonly Carried[]): readonly string[] {
  return answers.flatMap(({ path, body }) => {
    if (!/^\/api\/v1\/sessions(\?|$)/.test(path)) return [];
    return (JSON.parse(body) as { readonly sessions: readonly { readonly id: string }[] }).sessions.map(
      (session) => session.id,
    );
  });
}

async function recordSome(
  server: Awaited<ReturnType<typeof startConsoleServer>>,
  who: Parameters<typeof server.record>[0],
  count: number,
): Promise<void> {
  for (let made = 0; made < count; made++) {
    const { end } = await server.speak(who, []);
    await end();
  }
}
