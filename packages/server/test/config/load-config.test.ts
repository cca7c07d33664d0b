import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.js';
import { loadConfig, type ConfigSources } from '../../src/config/load-config.js';
import { settings } from '../../src/config/settings.js';

const folder = mkdtempSync(join(tmpdir(), 'auscult-config-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('loadConfig', () => {
  test('gives the documented defaults', () => {
    expect(load({})).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      workers: availableParallelism(),
      model: 'moonshine-base',
      endpointingMs: 500,
      contextSeconds: 20,
      shrinkContextUnderLoad: true,
      allowedOrigins: [],
      maxFrameBytes: 1_048_576,
      insecureNetwork: false,
    });
  });

  test('prefers flags to the environment, and the environment to the file', () => {
    const file = write({ port: 1, workers: 1, model: 'from-file' });
    const config = load({
      file,
      environment: { AUSCULT_PORT: '2', AUSCULT_WORKERS: '2' },
      flags: { port: '3' },
    });
    expect(config).toMatchObject({ port: 3, workers: 2, model: 'from-file' });
  });

  test('finds the file in AUSCULT_CONFIG', () => {
    expect(load({ environment: { AUSCULT_CONFIG: write({ port: 4 }) } }).port).toBe(4);
  });

  test('takes the collector from the variable of OpenTelemetry, unless its own names another', () => {
    const standard = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://standard:4318' };
    const own = { AUSCULT_OTLP_ENDPOINT: 'http://own:4318' };
    expect(load({ environment: standard }).otlpEndpoint).toBe('http://standard:4318');
    expect(load({ environment: { ...standard, ...own } }).otlpEndpoint).toBe('http://own:4318');
    expect(load({}).otlpEndpoint).toBeUndefined();
    for (const wrong of ['collector:4317', 'grpc://collector', 'http://user:secret@collector'])
      expect(failure({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: wrong } }).message).toBe(
        'OTEL_EXPORTER_OTLP_ENDPOINT has a value that is not allowed.',
      );
  });

  test('parses lists, numbers and booleans from text', () => {
    const environment = {
      AUSCULT_ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080',
      AUSCULT_MAX_BUFFERED_SECONDS: '7.5',
      AUSCULT_SHRINK_CONTEXT_UNDER_LOAD: 'false',
    };
    expect(load({ environment, flags: { insecureNetwork: true, host: '0.0.0.0' } })).toMatchObject({
      allowedOrigins: ['https://a.example', 'http://b.example:8080'],
      maxBufferedSeconds: 7.5,
      shrinkContextUnderLoad: false,
      insecureNetwork: true,
    });
  });

  test('treats an empty variable as unset, and ignores variables of other programs', () => {
    expect(load({ environment: { AUSCULT_PORT: '', PORT: '9', HOST: 'h' } }).port).toBe(8000);
  });

  test.each<[() => Partial<ConfigSources>, string, string]>([
    [() => ({ environment: { AUSCULT_PROT: '1' } }), 'AUSCULT_PROT', 'AUSCULT_PORT'],
    [() => ({ file: write({ endpointMs: 1 }) }), 'endpointMs', 'endpointingMs'],
  ])('names the nearest known name for an unknown one: %#', (sources, unknown, nearest) => {
    const error = failure(sources());
    expect(error.message).toContain(unknown);
    expect(error.remedy).toContain(nearest);
  });

  test.each<[Partial<ConfigSources>, string, string]>([
    [{ environment: { AUSCULT_PORT: '80x' } }, 'AUSCULT_PORT', 'from 0 to 65535'],
    [{ flags: { port: '65536' } }, '--port', 'from 0 to 65535'],
    [{ flags: { endpointingMs: '100' } }, '--endpointing-ms', 'from 200 to 3000 (ms)'],
    [{ flags: { device: 'tpu' } }, '--device', '"cpu", "cuda"'],
    [{ flags: { allowedOrigins: 'https://a.example/path' } }, '--allowed-origins', 'a list'],
    [{ flags: { insecureNetwork: 'maybe' } }, '--insecure-network', 'true or false'],
  ])('reports where a value was set and what is allowed: %#', (sources, place, allowed) => {
    const error = failure(sources);
    expect(error.message).toContain(place);
    expect(error.remedy).toContain(allowed);
  });

  test('reports which setting of the file is wrong', () => {
    const file = write({ port: '8000' });
    expect(failure({ file }).message).toContain(`"port" in ${file}`);
  });

  test.each(['', '{"port": 1', '[1]', '"text"'])('refuses a file that is no JSON object: %j', (text) => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, text);
    expect(failure({ file }).message).toContain(file);
  });

  test('refuses a file that is not there', () => {
    expect(failure({ file: join(folder, 'absent.json') }).message).toContain('cannot be read');
  });

  test.each(['0.0.0.0', '::', '192.168.1.5', 'server.example'])(
    'listens on %s only with encryption and authentication, or when the network is declared insecure',
    (host) => {
      const tls = { tlsCertificate: 'cert.pem', tlsKey: 'key.pem' };
      const open = failure({ flags: { host, ...tls } });
      expect(open.message).toContain('without authentication');
      for (const way of [
        '--authentication required',
        '--tls-certificate',
        '--trusted-proxies',
        '--insecure-network',
      ])
        expect(open.remedy).toContain(way);
      const readable = failure({ flags: { host, authentication: 'required' } });
      expect(readable.message).toContain('without encryption');
      for (const way of ['--tls-certificate', '--trusted-proxies', '--insecure-network'])
        expect(readable.remedy).toContain(way);
      for (const flags of [
        { authentication: 'required', ...tls },
        { authentication: 'required', trustedProxies: '10.0.0.1, 10.1.0.0/16, fd00::/8' },
        { insecureNetwork: true },
      ])
        expect(load({ flags: { host, ...flags } }).host).toBe(host);
    },
  );

  test.each<[ConfigSources['flags'], string, string]>([
    [{ tlsCertificate: 'c' }, '--tls-certificate has no key', '--tls-key'],
    [{ tlsKey: 'k' }, '--tls-key has no certificate', '--tls-certificate'],
    [{ tlsClientCa: 'a' }, '--tls-client-ca has no effect', '--tls-certificate'],
    [{ tlsClientCrl: 'a' }, '--tls-client-crl has no authority', '--tls-client-ca'],
    [{ oidcIssuer: 'https://i.example' }, '--oidc-issuer has no audience', '--oidc-audience'],
    [{ oidcAudience: 'a' }, '--oidc-audience has no issuer', '--oidc-issuer'],
    [{ oidcIssuer: 'http://i.example', oidcAudience: 'a' }, '--oidc-issuer has a value', 'text'],
    [{ oidcAlgorithms: 'none' }, '--oidc-algorithms has a value', 'RS256'],
    [{ oidcAlgorithms: 'HS256' }, '--oidc-algorithms has a value', 'RS256'],
    [{ trustedProxies: 'proxy.example' }, '--trusted-proxies has a value', 'a list'],
  ])('reports what %j lacks', (flags, what, remedy) => {
    const error = failure({ flags });
    expect(error.message).toContain(what);
    expect(error.remedy).toContain(remedy);
  });

  test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])(
    'listens on %s without further settings',
    (host) => {
      expect(load({ flags: { host } }).host).toBe(host);
    },
  );
});

test('every setting has its own flag and variable, a description and allowed values', () => {
  expect(new Set(settings.map(({ flag }) => flag)).size).toBe(settings.length);
  expect(new Set(settings.map(({ variable }) => variable)).size).toBe(settings.length);
  for (const { description, values, defaultText } of settings) {
    expect(description).toMatch(/\.$/);
    expect(values).not.toBe('');
    expect(defaultText).not.toContain('undefined');
  }
});

function load(sources: Partial<ConfigSources>) {
  return loadConfig({ flags: {}, environment: {}, ...sources });
}

function failure(sources: Partial<ConfigSources>): ConfigError {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

let files = 0;
function write(content: object): string {
  const file = join(folder, `${files++}.json`);
  writeFileSync(file, JSON.stringify(content));
  return file;
}
