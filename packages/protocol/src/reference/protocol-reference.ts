import { z } from 'zod';
import { clientMessages } from '../client-messages.js';
import { closeTable } from '../close-codes.js';
import type { AfterClose } from '../connection-ends.js';
import { dropReasons, dropTable } from '../drop-reasons.js';
import { errorCodes, errorTable } from '../error-codes.js';
import { serverMessages } from '../server-messages.js';
import { warningCodes, warningTable } from '../warning-codes.js';
import { fieldTable } from './field-table.js';
import { introduction } from './introduction.js';
import { markdownTable } from './markdown-table.js';

/** The text of `docs/protocol.md`, made from the schemas and the tables of codes. */
export function protocolReference(): string {
  const sections = [
    introduction,
    '## From the client',
    ...Object.entries(clientMessages).map(([type, schema]) => messageSection(type, schema)),
    '## From the server',
    ...Object.entries(serverMessages).map(([type, schema]) => messageSection(type, schema)),
    '## Error codes',
    'Codes are stable: programs may rely on them. Texts may change.',
    errorCodeTable(),
    '## Warning codes',
    'A warning never ends the session.',
    warningCodeTable(),
    '## Reasons of `dropped`',
    'Codes are stable. None of them ends the session or loses audio.',
    markdownTable(
      ['code', 'meaning'],
      dropReasons.map((reason) => [`\`${reason}\``, dropTable[reason]]),
    ),
    '## Close codes',
    'The close reason is the error code where there is one. Connect again with growing pauses.',
    closeCodeTable(),
  ];
  return `${sections.join('\n\n')}\n`;
}

function messageSection(type: string, message: z.ZodType): string {
  const schema = z.toJSONSchema(message);
  const examples = (schema.examples ?? []).map((example) => fence(JSON.stringify(example)));
  const parts = [
    `### \`${type}\``,
    schema.description ?? '',
    ...sentTo(schema['audience']),
    fieldTable(schema),
  ];
  return [...parts, ...examples].filter((part) => part !== '').join('\n\n');
}

function sentTo(audience: unknown): string[] {
  if (audience === 'everyone') return ['Sent to every client.'];
  return audience === 'opted-in' ? ['Sent to clients that opted in.'] : [];
}

function fence(json: string): string {
  return `\`\`\`json\n${json}\n\`\`\``;
}

function errorCodeTable(): string {
  const rows = errorCodes.map((code) => {
    const { httpStatus, closeCode, retryable, meaning, remedy } = errorTable[code];
    const numbers = [httpStatus, closeCode].map((number) => (number === undefined ? '' : String(number)));
    return [`\`${code}\``, ...numbers, yesOrNo(retryable), meaning, remedy];
  });
  return markdownTable(['code', 'HTTP status', 'closes with', 'retryable', 'meaning', 'what to do'], rows);
}

function warningCodeTable(): string {
  const rows = warningCodes.map((code) => [
    `\`${code}\``,
    warningTable[code].meaning,
    warningTable[code].remedy,
  ]);
  return markdownTable(['code', 'meaning', 'what to do'], rows);
}

function closeCodeTable(): string {
  const rows = Object.entries(closeTable).map(([name, { code, meaning, then }]) => [
    String(code),
    `\`${name}\``,
    meaning,
    nextSteps[then],
  ]);
  return markdownTable(['code', 'name', 'meaning', 'what the client does next'], rows);
}

const nextSteps: Readonly<Record<AfterClose, string>> = {
  done: 'nothing, if it closed the connection itself; otherwise connect again',
  reconnect: 'connect again and resume',
  'begin-anew': 'open a new session and send again what is not final',
  authenticate: 'connect again with another ticket, key or token; never with this one',
  'give-up': 'tell the person and stay away',
};

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
