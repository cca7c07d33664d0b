import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { until } from '../../../server/test/support/until.js';
import { chromiumPath, needsChromium } from '../support/chromium.js';
import { startConsoleServer } from '../support/console-server.js';
import { openConsole, type Carried } from '../support/open-console.js';

const SAID = 'the secret word is aspidistra';

describe.skipIf(chromiumPath === undefined)(`the console${needsChromium}`, { timeout: 180_000 }, () => {
  test('shows each role its parts, asks for nothing else, and gets nothing beyond the role', async () => {
    const server = await startConsoleServer();
    const groups = ['cardiology'];
    const doctor = await server.somebody('clinician', groups);
    const stranger = await server.somebody('clinician');
    const [own, foreign] = [await server.record(doctor, [SAID]), await server.record(stranger, [SAID])];
    for (const [role, parts, readable] of [
      ['clinician', ['Sessions', 'Key terms'], 'nothing'],
      ['supervisor', ['Sessions', 'Live now', 'Key terms'], 'of the group'],
      ['auditor', ['Audit log', 'Health'], 'nothing'],
      ['service', ['Sessions'], 'nothing'],
      [
        'administrator',
        ['Sessions', 'Live now', 'People', 'API keys', 'Retention', 'Key terms', 'Health'],
        'metadata of all',
      ],
    ] as const) {
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
        await page.getByRole('table', { name: 'Sessions' }).getByRole('link').click();
        await page.getByText(SAID).waitFor();
      }
      const answers = await carried();
      expect([role, answers.filter(({ status }) => status >= 400)]).toEqual([role, []]);
      const bodies = answers.map(({ body }) => body).join('\n');
      expect([role, bodies.includes(SAID)]).toEqual([role, readable === 'of the group']);
      const names = (id: string): boolean => listed(answers).includes(id);
      expect([role, names(own), names(foreign)]).toEqual([
        role,
        readable !== 'nothing',
        readable === 'metadata of all',
      ]);
      expect([role, complaints]).toEqual([role, []]);
      await page.context().browser()?.close();
    }
  });

  test('corrects a final, shows what changes before and after, and keeps what somebody else has written meanwhile', async () => {
    const server = await startConsoleServer();
    const doctor = await server.somebody('clinician');
    const id = await server.record(doctor, ['Good morning.', 'Take 25 mg of metoprolol twice a day.']);
    const { page, complaints } = await openConsole(server, doctor, { place: `#sessions/${id}` });
    const second = page.locator('record-final').nth(1);
    await second.getByRole('button', { name: /^Correct what/ }).click();
    await page.getByLabel('What was really said').fill('Take 50 mg of metoprolol once a day.');
    expect(await second.locator('.preview del').allInnerTexts()).toEqual(['25', 'twice']);
    expect(await second.locator('.preview ins').allInnerTexts()).toEqual(['50', 'once']);
    await second.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The correction is saved').waitFor();
    await second.getByText('2 versions').click();
    expect(await second.locator('details ins').allInnerTexts()).toEqual(['50', 'once']);
    expect(await second.locator('.text').first().innerText()).toBe('Take 50 mg of metoprolol once a day.');

    await second.getByRole('button', { name: /^Correct what/ }).click();
    await page.getByLabel('What was really said').fill('Mine.');
    const path = `${server.url}/api/v1/sessions/${id}/segments/1/versions`;
    const headers = { cookie: doctor.cookie, 'content-type': 'application/json' };
    const body = JSON.stringify({ version: 2, text: 'Theirs.' });
    expect((await fetch(path, { method: 'POST', headers, body })).status).toBe(201);
    await second.getByRole('button', { name: 'Save' }).click();
    await second.getByText('Somebody else has corrected this meanwhile').waitFor();
    expect(await second.locator('.preview del').allInnerTexts()).toEqual(['Theirs.']);
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
    await page.getByLabel('Groups').fill('icu, ward 3, icu');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const shown = page.getByRole('dialog', { name: 'What dr.new logs in with' });
    await shown.getByRole('img', { name: 'QR code of the authenticator' }).waitFor();
    await shown.getByRole('button', { name: 'Close' }).click();
    const row = page.getByRole('row').filter({ hasText: 'dr.new' });
    expect(await row.innerText()).toMatch(/Supervisor\s+icu, ward 3/);
    await row.getByRole('button', { name: 'Change dr.new' }).click();
    await page.getByLabel('Role').selectOption('Clinician');
    await page.getByRole('button', { name: 'Save' }).click();
    await row.getByText('Clinician').waitFor();
    await row.getByRole('button', { name: 'Disable dr.new' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
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
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('row').filter({ hasText: 'importer' }).getByText('Revoked').waitFor();
    expect((await fetch(`${server.url}/api/v1/identity`, { headers })).status).toBe(401);
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
