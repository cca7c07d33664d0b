import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { OpenAiErrorBody } from './error-answer.js';
import type { DiarizedSegment } from './transcript-formats.js';

/** A transcript that is sent while it comes, as server-sent events. */
export interface TranscriptStream {
  /** Whether anything was sent, so that the status of the answer cannot be changed any more. */
  readonly isOpen: () => boolean;
  /** Sends text that will not change. A space is put between two of them. */
  readonly add: (text: string) => void;
  /** Sends a segment that is whole, and that will not change. */
  readonly addSegment: (segment: DiarizedSegment) => void;
  /** Sends what is missing of the whole text, and ends. */
  readonly finish: (text: string) => void;
  readonly fail: (body: OpenAiErrorBody) => void;
  /** Stops, if it was not ended. */
  readonly close: () => void;
}

/** How often a comment is sent, milliseconds. */
const COMMENT_MS = 15_000;

/** Sends nothing before there is text, except for a comment now and then. */
export function createTranscriptStream(
  reply: FastifyReply,
  headers: Readonly<Record<string, string>>,
): TranscriptStream {
  const body = new PassThrough();
  let sent = '';
  let isOpen = false;

  const write = (text: string): void => {
    if (!isOpen) {
      isOpen = true;
      void reply
        .headers({ ...headers, 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        .type('text/event-stream; charset=utf-8')
        .send(body);
    }
    body.write(text);
  };
  // Otherwise somebody on the way may take the connection for dead.
  const comments = setInterval(() => {
    write(':\n\n');
  }, COMMENT_MS);
  const event = (content: object): void => {
    write(`data: ${JSON.stringify(content)}\n\n`);
  };
  const delta = (text: string, segment: object = {}): void => {
    if (text === '') return;
    sent += text;
    event({ type: 'transcript.text.delta', delta: text, ...segment });
  };
  const add = (text: string, segment?: object): void => {
    if (text !== '') delta(sent === '' ? text : ` ${text}`, segment);
  };
  const close = (): void => {
    clearInterval(comments);
    body.end();
  };

  return {
    isOpen: () => isOpen,
    add: (text) => {
      add(text);
    },
    addSegment: (segment) => {
      add(segment.text, { segment_id: segment.id });
      event(segment);
    },
    finish: (text) => {
      // Segments have no line breaks between them, which a text may have.
      if (text.startsWith(sent)) delta(text.slice(sent.length));
      event({ type: 'transcript.text.done', text });
      write('data: [DONE]\n\n');
      close();
    },
    fail: (failure) => {
      write(`event: error\ndata: ${JSON.stringify(failure)}\n\n`);
      close();
    },
    close,
  };
}
