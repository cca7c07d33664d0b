import { SpeechError } from '@auscult/asr';
import { ClusterError } from '../cluster/cluster-error.js';
import { ConfigError } from '../config/config-error.js';
import { describeForHttp, RequestError } from '../errors.js';

/** What stopped a command and what to do about it, on one line. */
export function failureLine(error: unknown): string {
  if (error instanceof ConfigError || error instanceof SpeechError || error instanceof ClusterError)
    return oneLine(`${error.message} ${error.remedy}`);
  if (error instanceof RequestError) return oneLine(describeForHttp(error.code).message);
  if (isSystemError(error)) return oneLine(systemFailure(error));
  const name = error instanceof Error ? error.name : typeof error;
  return `unexpected failure (${name}). Run \`auscult doctor\` and report what it prints.`;
}

interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly address?: string;
  readonly port?: number;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

function systemFailure({ code, syscall, address = 'the host', port, message }: SystemError): string {
  const place = port === undefined ? address : `${address} port ${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${place} is in use. Stop the program that listens there, or choose another port with --port.`;
    case 'EACCES':
      if (syscall !== 'listen') break;
      return `${place} may not be opened by this user. Choose a port above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${place} is not an address of this machine. Choose another with --host.`;
  }
  return `${message}. Check the path and its permissions.`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
