import type { z } from 'zod';

/** What was read: a message, or what is wrong with it. */
export type Reading<Message> =
  | { readonly ok: true; readonly message: Message }
  | {
      readonly ok: false;
      /** The part that is wrong, such as `job.audio.to`: names that the schema knows, and places in lists. */
      readonly part: string;
      /** The number of the job that it is about, if it has one. */
      readonly id: number | undefined;
    };

/** Makes a function that reads messages of a schema, in JSON of at most so many bytes. It never throws. */
export function createReader<Message>(
  schema: z.ZodType<Message>,
  mostBytes: number,
): (payload: Uint8Array) => Reading<Message> {
  return (payload) => {
    if (payload.length > mostBytes) return wrong('length');
    if (isNestedTooDeeply(payload)) return wrong('nesting');
    const content = parse(payload);
    if (content === undefined) return wrong('json');
    const parsed = schema.safeParse(content);
    if (parsed.success) return { ok: true, message: parsed.data };
    const [issue] = parsed.error.issues;
    return { ok: false, part: issue ? nameOf(issue.path) : 'message', id: jobNumberIn(content) };
  };
}

function wrong(part: string): Reading<never> {
  return { ok: false, part, id: undefined };
}

/** A path holds only names of the schema, as unknown ones are left out or found at their object. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.') || 'message';
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(payload));
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Whoever waits for the job is to hear of it even if the rest cannot be read. */
function jobNumberIn(content: unknown): number | undefined {
  if (!isObject(content)) return undefined;
  const { id } = isObject(content['job']) ? content['job'] : content;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
}

function isObject(content: unknown): content is Readonly<Record<string, unknown>> {
  return typeof content === 'object' && content !== null;
}

/** Reading a few megabytes of brackets would take seconds. */
function isNestedTooDeeply(json: Uint8Array): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (isText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth++;
      if (depth > DEEPEST) return true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}');

/** Twice as deep as any message. */
const DEEPEST = 8;
