import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { SpeechError } from '../../speech-error.js';
import type { ModelStore } from './model-store.js';
import { failureOfError, failureOfStatus } from './transfer-failure.js';

/** An answer with the wanted status. Its body must be read or destroyed. */
export interface HubResponse {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Dispatcher.ResponseData<unknown>['body'];
  /** The host that the answer finally came from. */
  readonly host: string;
}

/** A connection to a hub, through the proxy that the environment names, if any. */
export interface HubConnection {
  /**
   * GETs a path and follows redirects. The token goes to the hub and nowhere else. Throws a `SpeechError`, or
   * `TransferInterrupted` if another attempt may succeed.
   */
  get(
    path: string,
    options: {
      /** The name in errors of what is asked for. */
      readonly what: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly accept: (status: number) => boolean;
      readonly signal: AbortSignal;
    },
  ): Promise<HubResponse>;
  close(): Promise<void>;
}

/** Opens a connection to the hub of `HF_ENDPOINT`, or to Hugging Face. The caller closes it. */
export function connectToHub({
  environment,
  policy,
}: Pick<ModelStore, 'environment' | 'policy'>): HubConnection {
  const endpoint = endpointOf(environment);
  const token = environment['HF_TOKEN'];
  const dispatcher = createDispatcher(environment, policy.stallSeconds);
  return {
    async get(path, { what, headers = {}, accept, signal }) {
      let url = new URL(`${endpoint.href.replace(/\/$/, '')}${path}`);
      let fromHub = true;
      for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
        const authorization = fromHub && token ? { authorization: `Bearer ${token}` } : {};
        const answer = await send(url, {
          dispatcher,
          signal,
          // Compressed bytes could neither be counted nor continued later.
          headers: { ...headers, ...authorization, 'accept-encoding': 'identity', 'user-agent': 'auscult' },
        });
        const header = (name: string) => firstOf(answer.headers[name]);
        const location = header('location');
        if (REDIRECTS.has(answer.statusCode) && location !== undefined) {
          await answer.body.dump();
          url = redirected(url, location);
          fromHub &&= url.origin === endpoint.origin;
          continue;
        }
        if (accept(answer.statusCode)) {
          return { status: answer.statusCode, header, body: answer.body, host: url.host };
        }
        await answer.body.dump().catch(() => undefined);
        throw failureOfStatus(answer.statusCode, what, {
          host: url.host,
          fromHub,
          retryAfter: header('retry-after'),
        });
      }
      throw new SpeechError(
        'download_failed',
        `${endpoint.host} redirects in a loop.`,
        'Check HF_ENDPOINT and the proxy.',
      );
    },
    // Transfers in progress are aborted.
    close: () => dispatcher.destroy(),
  };
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

async function send(
  url: URL,
  options: Parameters<typeof request>[1],
): Promise<Dispatcher.ResponseData<unknown>> {
  try {
    return await request(url, options);
  } catch (error) {
    throw failureOfError(error, url.host);
  }
}

function endpointOf(environment: ModelStore['environment']): URL {
  const text = environment['HF_ENDPOINT'] || 'https://huggingface.co';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol) && url.username === '') return url;
  throw new SpeechError(
    'network_unavailable',
    'HF_ENDPOINT is not the address of a hub.',
    'Set it to an address such as https://hub.example, or leave it out.',
  );
}

/** Where a redirect leads. It never leads from an encrypted connection to one that is not. */
function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to && (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:'))) return to;
  throw new SpeechError(
    'download_failed',
    `${from.host} redirects to an address that is not encrypted or cannot be read.`,
    'Check HF_ENDPOINT and the proxy.',
  );
}

function createDispatcher(environment: ModelStore['environment'], stallSeconds: number): Dispatcher {
  const stall = stallSeconds * 1_000;
  const ca = certificates(environment);
  const tls = ca === undefined ? {} : { ca };
  try {
    return new EnvHttpProxyAgent({
      httpProxy: environment['http_proxy'] ?? environment['HTTP_PROXY'] ?? '',
      httpsProxy: environment['https_proxy'] ?? environment['HTTPS_PROXY'] ?? '',
      noProxy: environment['no_proxy'] ?? environment['NO_PROXY'] ?? '',
      headersTimeout: stall,
      bodyTimeout: stall,
      connect: { ...tls, timeout: stall },
      requestTls: { ...tls, timeout: stall },
      proxyTls: { ...tls, timeout: stall },
    });
  } catch (cause) {
    throw new SpeechError(
      'network_unavailable',
      'HTTP_PROXY or HTTPS_PROXY is not the address of a proxy.',
      'Set it to an address such as http://proxy.example:3128.',
      { cause },
    );
  }
}

/**
 * The authorities to trust if `SSL_CERT_FILE` names more than Node knows; undefined leaves it to Node, which reads
 * `NODE_EXTRA_CA_CERTS` by itself, but only if no authorities are passed to it.
 */
function certificates(environment: ModelStore['environment']): string[] | undefined {
  const named = environment['SSL_CERT_FILE'];
  if (!named) return undefined;
  const files = [named, environment['NODE_EXTRA_CA_CERTS']].flatMap((file) => file || []);
  try {
    return [...rootCertificates, ...files.map((file) => readFileSync(file, 'utf8'))];
  } catch (cause) {
    throw new SpeechError(
      'network_unavailable',
      'The file that SSL_CERT_FILE or NODE_EXTRA_CA_CERTS names cannot be read.',
      'Name a PEM file that this user may read.',
      { cause },
    );
  }
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
