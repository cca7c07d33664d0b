import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { wordErrorRate } from '../support/speech.js';
import { runCli } from './run-cli.js';

const JFK_TEXT =
  'And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';

describe('the command line', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    expect(await runCli(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('shows the stack of a failure only on request', async () => {
    const environment = { AUSCULT_DEBUG: '1', AUSCULT_WORKERS: '0' };
    const { stderr, status } = await runCli(['doctor'], { environment });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^auscult: AUSCULT_WORKERS has a value that is not allowed\..*\nConfigError: .*\n {4}at /,
    );
  });
});

describe('auscult transcribe', () => {
  it('prints the words of a recording', async () => {
    const { status, stdout, stderr } = await runCli(['transcribe', clipPath('jfk/jfk.flac')]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(wordErrorRate(JFK_TEXT, stdout)).toBeLessThan(0.15);
  });
});
