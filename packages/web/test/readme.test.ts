import { test } from 'vitest';
import { expectWhatCommentsSay } from '../../protocol/test/support/readme-example.js';

test('the example of the README prints what its comments say', async () => {
  await expectWhatCommentsSay(new URL('../README.md', import.meta.url));
});
