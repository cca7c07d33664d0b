import { execFileSync } from 'node:child_process';
import { z } from 'zod';
import { shippedPackages, type ShippedPackage } from './shipped-packages.js';

const component = z.looseObject({ purl: z.string(), 'bom-ref': z.string() });

const bill = z.looseObject({
  metadata: z.looseObject({ component }),
  components: z.array(component),
});

/**
 * The bill of materials of the package in `folder`, such as `packages/server`, as CycloneDX: what npm knows about it and
 * all that is installed with it, in the versions of the lock file. Throws if npm does not describe one of them.
 */
export function billOfMaterials(root: string, folder: string): unknown {
  const shipped = shippedPackages(root, [folder]);
  // By itself npm can leave out what only builds and tests need, but with it goes what is also needed elsewhere.
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const json = execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  const whole = bill.parse(JSON.parse(json));
  const components = shipped.map(({ name, version, path }) => {
    const found = whole.components.find(({ purl }) => isPurlOf(purl, name, version));
    if (found === undefined) throw new Error(`npm sbom does not describe ${name} ${version}`);
    return { path, found };
  });
  const reference = new Map(components.map(({ path, found }) => [path, found['bom-ref']]));
  return {
    ...whole,
    metadata: { ...whole.metadata, component: components.find(({ path }) => path === folder)?.found },
    components: distinct(components.filter(({ path }) => path !== folder).map(({ found }) => found)),
    dependencies: dependenciesOf(shipped, reference),
  };
}

function isPurlOf(purl: string, name: string, version: string): boolean {
  return purl.split('?')[0] === `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

type Component = z.output<typeof component>;

/** One version of a package may be installed at several places. */
function distinct(components: readonly Component[]): readonly Component[] {
  return [...new Map(components.map((one) => [one['bom-ref'], one])).values()];
}

function dependenciesOf(shipped: readonly ShippedPackage[], reference: ReadonlyMap<string, string>) {
  const needs = new Map<string, Set<string>>();
  for (const one of shipped) {
    const ref = reference.get(one.path) ?? '';
    const refs = one.needs.flatMap((path) => reference.get(path) ?? []);
    needs.set(ref, new Set([...(needs.get(ref) ?? []), ...refs]));
  }
  return [...needs].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort() }));
}
