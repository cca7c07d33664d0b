import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { z } from 'zod';

/** A package that is installed with one of ours, or of which there is something in one of ours. */
export interface ShippedPackage {
  /** Where it is installed, from the root of the repository. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression; undefined if the package does not say. */
  readonly license: string | undefined;
  /** What it needs, as the paths of other packages. */
  readonly needs: readonly string[];
}

/** What is built into a package of ours, so that whoever installs it gets these as well, and all that they need. */
const BUNDLED: Readonly<Record<string, readonly string[]>> = {
  'packages/web': ['@auscult/client', '@auscult/elements', 'docx', 'lit', 'qr'],
};

/** What a package of ours has files of, but not what those need that use it otherwise. */
const COPIED: Readonly<Record<string, readonly string[]>> = {
  'packages/onnxruntime': ['onnxruntime-node'],
  'packages/weights-tiny': ['@usefulsensors/moonshine-js'],
  'packages/weights': ['@ricky0123/vad-web', '@usefulsensors/moonshine-js'],
};

const names = z.record(z.string(), z.string()).default({});

const lockedPackage = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().default(false),
  dependencies: names,
  optionalDependencies: names,
});

type Locked = Readonly<Record<string, z.output<typeof lockedPackage>>>;

/** All that is installed with the packages in these folders, such as `packages/server`, and they, by the lock file of `root`. */
export function shippedPackages(root: string, folders: readonly string[]): readonly ShippedPackage[] {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const { packages } = z.object({ packages: z.record(z.string(), lockedPackage) }).parse(JSON.parse(text));
  const found = new Map<string, ShippedPackage>();
  for (const folder of folders) follow(packages, folder, found);
  return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function follow(packages: Locked, path: string, found: Map<string, ShippedPackage>): void {
  const locked = packages[path];
  if (locked === undefined || found.has(path)) return;
  const { dependencies, optionalDependencies } = locked;
  const wanted = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...(BUNDLED[path] ?? [])];
  const needed = wanted.flatMap((name) => placeOf(packages, name, path) ?? []);
  const copied = (COPIED[path] ?? []).flatMap((name) => placeOf(packages, name, path) ?? []);
  found.set(path, describe(packages, path, [...needed, ...copied]));
  for (const place of needed) follow(packages, place, found);
  for (const place of copied) found.set(place, describe(packages, place, []));
}

function describe(packages: Locked, path: string, needs: readonly string[]): ShippedPackage {
  const { name = nameIn(path), version = '', license } = packages[path] ?? {};
  return { path, name, version, license, needs };
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** The place at which Node finds `name` from a package; undefined where npm left out an optional one. */
function placeOf(packages: Locked, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder === '.' ? '' : folder, 'node_modules', name);
    const locked = packages[place];
    if (locked !== undefined) return locked.link ? locked.resolved : place;
    if (folder === '.') return undefined;
  }
}
