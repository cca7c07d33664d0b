import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pinnedPackages, type PinnedPackage } from '../../src/packages/pinned-packages.js';

const notice = readFileSync(new URL('../../../NOTICE.md', import.meta.url), 'utf8');
const packages: readonly PinnedPackage[] = Object.values(pinnedPackages);

test.each(packages)('NOTICE.md names $name $version', ({ name, version }) => {
  expect(notice).toContain(`\`${name}\` ${version}`);
});
