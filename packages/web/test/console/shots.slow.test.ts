import { mkdirSync } from 'node:fs';
import { test } from 'vitest';
import { startConsoleServer } from '../support/console-server.js';
import { openConsole } from '../support/open-console.js';
import { DESKTOP, PHONE } from '../support/accessible.js';

test('shots', { timeout: 100_000 }, async () => {
  mkdirSync('/tmp/shots', { recursive: true });
  const server = await startConsoleServer();
  const doctor = await server.somebody('clinician', ['cardiology']);
  const supervisor = await server.somebody('supervisor', ['cardiology']);
  const admin = await server.somebody('administrator');
  const auditor = await server.somebody('auditor');
  const id = await server.record(doctor, [
    'Good morning, how are you today?',
    'Take 25 mg of metoprolol twice a day.',
    'No allergies, no chest pain.',
  ]);
  await server.record(doctor, ['The second one.']);
  await server.speak(doctor, ['Going on now.']);
  const shots = process.env['SHOTS']?.split(',');
  for (const [name, viewport, colorScheme] of [
    ['desk', DESKTOP, 'light'],
    ['phone', PHONE, 'dark'],
  ] as const) {
    for (const [who, role, places] of [
      [supervisor, 'sup', ['', `#sessions/${id}`, '#live', '#terms']],
      [admin, 'adm', ['', '#live', '#people', '#keys', '#retention', '#health']],
      [auditor, 'aud', ['#audit', '#health']],
      [doctor, 'doc', ['']],
    ] as const) {
      const { page, complaints } = await openConsole(server, who, { viewport, colorScheme });
      for (const place of places) {
        await page.goto(`${server.url}/console${place}`);
        await page.waitForTimeout(1200);
        const file = `${role}-${place.replace(/[^a-z].*$/u, '').replace('#', '') || place.slice(1, 9).replace('/', '') || 'home'}-${name}`;
        if (shots && !shots.some((s) => file.includes(s))) continue;
        if (place.includes('/')) {
          await page
            .getByRole('button', { name: /^Correct what/ })
            .nth(1)
            .click();
          await page.getByLabel('What was really said').fill('Take 50 mg of metoprolol once a day.');
        }
        await page.screenshot({ path: `/tmp/shots/${file}.png`, fullPage: true });
      }
      console.log(role, name, complaints);
    }
  }
});
