import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createServerPair, writePair } from '../support/certificates.js';
import { freePort } from '../support/free-port.js';
import { spawnOwned } from '../support/spawn-owned.js';
import { until } from '../support/until.js';
import { deployPath } from './expressions.js';

/** A real proxy with an example of `deploy`, until the test ends. */
export interface Proxy {
  /** Such as `https://localhost:40123/scribe`. */
  readonly url: string;
  /** The certificate to trust, as PEM. */
  readonly ca: string;
}

/** Starts a proxy in front of the server at `target`: by itself, or under the path `/scribe` of another site. */
export type StartProxy = (target: string, place: 'root' | 'sub-path') => Promise<Proxy>;

/** Why the tests with a program are skipped, if they are. */
export function missing(program: string): string | undefined {
  return programPath(program) === undefined
    ? `${program} is not installed (Debian: apt-get install ${program}); its tests are skipped.`
    : undefined;
}

export const startNginx: StartProxy = async (target, place) => {
  const { folder, ca, port, paths } = await prepare(target);
  const site = readFileSync(deployPath('nginx/auscult.conf'), 'utf8');
  const [first, second] = place === 'root' ? [port, await freePort()] : [await freePort(), port];
  const ports = [first, second];
  const changed = site
    .replace(/^ {4}server server-\d\.auscult\.example:8000;\n/gm, '')
    .replace('ip_hash;', `ip_hash; server ${new URL(target).host};`)
    .replaceAll('listen 443 ssl', () => `listen 127.0.0.1:${String(ports.shift())} ssl`)
    .replaceAll(/ssl_certificate \S+;/g, `ssl_certificate ${paths.cert};`)
    .replaceAll(/ssl_certificate_key \S+;/g, `ssl_certificate_key ${paths.key};`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log stderr; events {}
http { access_log off; ${temporary.join(' ')} ${changed} }`,
  );
  await start(['nginx', '-p', folder, '-e', 'stderr', '-c', file], folder, port);
  return { url: `https://localhost:${port}${place === 'root' ? '' : '/scribe'}`, ca };
};

export const startCaddy: StartProxy = async (target, place) => {
  const { folder, ca, port, paths } = await prepare(target);
  const name = place === 'root' ? 'Caddyfile' : 'sub-path.Caddyfile';
  const site = readFileSync(deployPath(`caddy/${name}`), 'utf8')
    .replace('import auscult.caddy', `import ${deployPath('caddy/auscult.caddy')}`)
    .replace(/^(\{\$SITE.*\{)$/m, `$1\n\tbind 127.0.0.1\n\ttls ${paths.cert} ${paths.key}`);
  const file = join(folder, 'Caddyfile');
  const global = `{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system ${folder}\n}\n`;
  writeFileSync(file, global + site);
  await start(['caddy', 'run', '--adapter', 'caddyfile', '--config', file], folder, port, {
    SITE: `https://localhost:${port}`,
    SERVERS: new URL(target).host,
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  });
  return { url: `https://localhost:${port}${place === 'root' ? '' : '/scribe'}`, ca };
};

/** A request through a proxy from an address of this machine, and the answer. */
export function ask(
  { ca }: Proxy,
  url: string | URL,
  { localAddress = '127.0.0.2', ...asked }: RequestInit & { readonly localAddress?: string } = {},
): Promise<Response> {
  const asRequest = new Request(url, asked);
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(asRequest.headers);
    const sent = request(
      new URL(url),
      { method: asRequest.method, headers, ca, localAddress, agent: false },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const given = new Headers(
            Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
              values.map((value) => [name, value] as [string, string]),
            ),
          );
          const { statusCode: status = 0 } = answer;
          resolve(new Response(parts.length > 0 ? Buffer.concat(parts) : null, { status, headers: given }));
        });
      },
    );
    sent.on('error', reject);
    asRequest.arrayBuffer().then((body) => sent.end(Buffer.from(body)), reject);
  });
}

/** Where a proxy runs: a folder, a certificate for localhost, and a port. */
async function prepare(target: string) {
  if (!URL.canParse(target)) throw new TypeError('no address of a server');
  const folder = mkdtempSync(join(tmpdir(), 'auscult-proxy-'));
  mkdirSync(join(folder, 'logs'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const pair = await createServerPair();
  const paths = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writePair(pair, paths.cert, paths.key);
  return { folder, ca: pair.cert, port: await freePort(), paths };
}

async function start(
  [program, ...args]: readonly [string, ...string[]],
  folder: string,
  port: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const path = programPath(program);
  if (path === undefined) throw new Error(missing(program));
  const child = spawnOwned([path, ...args], { cwd: folder, env: { ...process.env, ...environment } });
  let output = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await until(() => {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${output}`);
    return isListening(port);
  });
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/** Where a program is, also if only root has its folder in the path. */
export function programPath(program: string): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}
