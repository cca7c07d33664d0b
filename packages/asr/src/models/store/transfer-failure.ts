import { SpeechError, type SpeechErrorCode } from '../../speech-error.js';

/** A failure after which another attempt may succeed; `failure` is the error to report if there is none. */
export class TransferInterrupted extends Error {
  override readonly name = 'TransferInterrupted';

  constructor(
    readonly failure: SpeechError,
    /** In how many seconds the hub wants to be asked again. */
    readonly retryAfterSeconds?: number,
  ) {
    super(failure.message, { cause: failure });
  }
}

/** The error for an answer with an unwanted status. `what` names what was asked for. */
export function failureOfStatus(
  status: number,
  what: string,
  {
    host,
    fromHub,
    retryAfter,
  }: { readonly host: string; readonly fromHub: boolean; readonly retryAfter: string | undefined },
): SpeechError | TransferInterrupted {
  // A host that the hub redirected to refuses once the permission in its address has expired; the hub gives a new
  // one.
  if (fromHub && (status === 401 || status === 403)) {
    return new SpeechError(
      'unauthorised',
      `${host} refused ${what}: it does not exist, is not public, or the token does not give access.`,
      'Check the name. For what is not public, set HF_TOKEN to a token that may read it.',
    );
  }
  if (fromHub && (status === 404 || status === 410)) {
    return new SpeechError(
      'download_failed',
      `${host} has no ${what}.`,
      'Check the name of the model, and HF_ENDPOINT if it is set.',
    );
  }
  const failure = new SpeechError(
    'download_failed',
    `${host} answered ${status} to the request for ${what}.`,
    'Try again later: what has arrived is kept, and the download goes on from there.',
  );
  const passing = status === 408 || status === 429 || status >= 500 || status === 416 || !fromHub;
  return passing ? new TransferInterrupted(failure, secondsOf(retryAfter)) : failure;
}

/** The failure that a thrown error of the network or the disk means; any other error is returned as it is. */
export function failureOfError(error: unknown, host: string): unknown {
  if (error instanceof SpeechError || error instanceof TransferInterrupted || !(error instanceof Error))
    return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  if (isCertificateFault(code)) {
    return unavailable(
      `The certificate of ${host} is not trusted (${code}).`,
      'If a proxy inspects traffic here, put its certificate authority into a PEM file and name it in NODE_EXTRA_CA_CERTS.',
      error,
    );
  }
  if (code === 'UND_ERR_BODY_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT') {
    return new TransferInterrupted(
      failed(
        'download_failed',
        `${host} sent nothing for too long.`,
        'Try again: what has arrived is kept, and the download goes on from there.',
        error,
      ),
    );
  }
  if (NETWORK_CODES.has(code) || code.startsWith('UND_ERR_') || code.startsWith('HPE_')) {
    return new TransferInterrupted(
      unavailable(
        `${host} cannot be reached, or the connection broke (${code}).`,
        'Check the network, and HTTPS_PROXY where a proxy is needed. Without a network: `auscult models import`.',
        error,
      ),
    );
  }
  return error;
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EPROTO',
]);

function isCertificateFault(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code);
}

/** An attempt at several addresses of a host fails with one error that wraps the others. */
function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) {
    const [first] = error.errors as unknown[];
    if (first instanceof Error) return codeOf(first);
  }
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3). */
function secondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined || retryAfter.trim() === '') return undefined;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1_000);
}

function unavailable(message: string, remedy: string, cause: Error): SpeechError {
  return failed('network_unavailable', message, remedy, cause);
}

function failed(code: SpeechErrorCode, message: string, remedy: string, cause: Error): SpeechError {
  return new SpeechError(code, message, remedy, { cause });
}
