/** Collects the output of several tasks that run at the same time, so that each appears complete and in its turn. */
export interface OrderedOutput {
  /** Text of task `index`. It appears at once when all tasks before have ended. */
  write(index: number, text: string): void;
  /** Task `index` writes no more. Every task ends once. */
  end(index: number): void;
}

/** Tasks are numbered from 0 without gaps. */
export function createOrderedOutput(print: (text: string) => void): OrderedOutput {
  const waiting = new Map<number, string>();
  const ended = new Set<number>();
  let turn = 0;
  return {
    write(index, text) {
      if (index === turn) print(text);
      else waiting.set(index, (waiting.get(index) ?? '') + text);
    },
    end(index) {
      ended.add(index);
      while (ended.has(turn)) {
        turn += 1;
        const text = waiting.get(turn);
        if (text !== undefined) print(text);
        waiting.delete(turn);
      }
    },
  };
}
