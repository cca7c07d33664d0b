import type { PipeFrame } from './frames.js';
import { ANSWER, MOST_QUESTIONS } from './messages.js';

/** The questions of one decoder. */
export interface AnsweredQuestions {
  /** How many wait for an answer, or get none. */
  readonly open: number;
  /** Rejects as the reply does, and with a `RangeError` if more are open than a decoder may ask. */
  answer(question: PipeFrame): Promise<void>;
}

/** Sends what `reply` has to say to each question; nothing where that is undefined. */
export function answerQuestions(
  reply: (question: PipeFrame) => Promise<Uint8Array | undefined>,
  send: (answer: PipeFrame) => void,
): AnsweredQuestions {
  let open = 0;
  return {
    get open() {
      return open;
    },
    async answer(question) {
      open += 1;
      if (open > MOST_QUESTIONS) throw new RangeError('too many questions');
      const payload = await reply(question);
      if (payload === undefined) return;
      open -= 1;
      send({ id: question.id, type: ANSWER, payload: Buffer.from(payload) });
    },
  };
}
