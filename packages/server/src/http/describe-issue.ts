import { detailsOfIssue, type IssueDetails, type JsonSchema } from '@auscult/protocol';
import type { FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { z } from 'zod';
import type { HttpErrorDetails } from '../errors.js';
import { ONE_LINE } from './identity-fields.js';

/** Where in a request something is wrong. */
export type RequestPart = 'params' | 'querystring' | 'body';

/**
 * What an error says about the first thing that the schema of a route refuses: the field, and what is allowed there. It
 * holds only names of the schema and places in lists, so nothing that a client made up.
 */
export function detailsOfRefusal(
  { routeOptions }: Pick<FastifyRequest, 'routeOptions'>,
  part: RequestPart,
  refusal: FastifySchemaValidationError | undefined,
): HttpErrorDetails {
  const schema = routeOptions.schema?.[part];
  if (!(schema instanceof z.ZodType) || refusal === undefined) return {};
  const { field = WHOLE[part], limit } = detailsOf(schema, issueOf(refusal));
  return { field, limit: ownWords(refusal) ?? `${limit}${formOf(refusal)}` };
}

/** What is named where no single field is wrong. */
const WHOLE: Readonly<Record<RequestPart, string>> = { params: 'path', querystring: 'query', body: 'body' };

/**
 * Lists that are bounded before their items are examined are described by what comes out, and what is transformed by what
 * goes in.
 */
function detailsOf(schema: z.ZodType, issue: z.core.$ZodIssue): IssueDetails {
  const { output, input } = writtenOf(schema);
  try {
    return detailsOfIssue(output, issue);
  } catch {
    return detailsOfIssue(input, issue);
  }
}

interface Written {
  readonly input: JsonSchema;
  readonly output: JsonSchema;
}

const written = new WeakMap<z.ZodType, Written>();

/** What goes in and what comes out, with each schema written once. */
function writtenOf(schema: z.ZodType): Written {
  const known = written.get(schema);
  if (known !== undefined) return known;
  const write = (io: 'input' | 'output') =>
    z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  const made = { input: write('input'), output: write('output') };
  written.set(schema, made);
  return made;
}

/** The issue from which a refusal was made. */
function issueOf({ keyword, instancePath, params }: FastifySchemaValidationError): z.core.$ZodIssue {
  const path = instancePath
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return { ...params, code: keyword, path } as unknown as z.core.$ZodIssue;
}

/** What a check that is not part of the published schema says about itself. */
function ownWords({ keyword, message }: FastifySchemaValidationError): string | undefined {
  return keyword === 'custom' && message !== undefined && message !== NOTHING_SAID ? message : undefined;
}

const NOTHING_SAID = 'Invalid input';

/** What a pattern asks for, in words where there are some. */
function formOf({ keyword, params }: FastifySchemaValidationError): string {
  const pattern = params['pattern'];
  if (keyword !== 'invalid_format' || params['format'] !== 'regex' || typeof pattern !== 'string') return '';
  return FORMS.get(pattern) ?? ` that matches ${pattern}`;
}

const FORMS: ReadonlyMap<string, string> = new Map([[String(ONE_LINE), ' on one line']]);
