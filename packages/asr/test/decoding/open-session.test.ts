import { expect, test } from 'vitest';
import { openPublished } from '../support/published-moonshine.js';

test('audio of a length that was heard before takes no more memory than the first time', async () => {
  const model = await openPublished('moonshine-tiny');
  const audio = new Float32Array(20 * 16_000);
  const before = process.memoryUsage.rss();
  await model.encode(audio);
  const first = process.memoryUsage.rss();
  for (let again = 0; again < 3; again++) await model.encode(audio);
  // A plan by shape would take all of it a second time, in one piece.
  expect(process.memoryUsage.rss() - first).toBeLessThan((first - before) / 2);
});
