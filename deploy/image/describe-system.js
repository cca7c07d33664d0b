import { readFileSync, writeFileSync } from 'node:fs';

// describe-system.js FILE: adds to the bill of materials in FILE what the image holds beside the packages of npm: the Node that
// runs this, and the packages of Debian that standard input names, one a line: name, version, architecture.

const [, , path = ''] = process.argv;
const bill = JSON.parse(readFileSync(path, 'utf8'));
const [distribution, suite] = ['ID', 'VERSION_CODENAME'].map(
  (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(readFileSync('/etc/os-release', 'utf8'))?.[1],
);
const debian = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' '))
  .map(([name = '', version = '', architecture]) =>
    component(
      'library',
      name,
      version,
      `pkg:deb/${distribution}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${suite}`,
    ),
  );
const node = process.versions.node;
bill.components.push(component('application', 'node', node, `pkg:generic/node@${node}`), ...debian);
writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`);

function component(
  /** @type {string} */ type,
  /** @type {string} */ name,
  /** @type {string} */ version,
  /** @type {string} */ purl,
) {
  return { type, name, version, purl, 'bom-ref': purl };
}
