import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { billOfMaterials } from '../../src/build/bill-of-materials.js';
import { shippedPackages } from '../../src/build/shipped-packages.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

const component = z.object({ 'bom-ref': z.string(), purl: z.string() });
const cycloneDx = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component }),
  components: z.array(component),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

test('the bill of materials has the server as its subject, and every package that is installed with it once', () => {
  const { metadata, components, dependencies } = cycloneDx.parse(billOfMaterials(ROOT, 'packages/server'));
  expect(metadata.component.purl).toMatch(/^pkg:npm\/%40auscult\/server@/);
  const purls = components.map(({ purl }) => purl);
  const shipped = shippedPackages(ROOT, ['packages/server']).filter(({ path }) => path !== 'packages/server');
  const wanted = shipped.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
  expect(purls.sort()).toEqual([...new Set(wanted)].sort());
  const refs = [metadata.component, ...components].map((one) => one['bom-ref']).sort();
  expect(dependencies.map(({ ref }) => ref).sort()).toEqual(refs);
  expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.includes(ref))).toEqual([]);
});
