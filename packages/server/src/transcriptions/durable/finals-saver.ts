import type { FinalHypothesis, HearingProgress } from '@auscult/asr';
import type { HeardFinal } from './job-text.js';

/** Saves what a job hears as it goes, so that whoever resumes it goes on behind the last final that was saved. */
export interface FinalsSaver {
  /** What was heard of a channel before, and where to tell what is heard from now on. */
  readonly progressOf: (channel: number) => HearingProgress;
  /** Resolves once everything is saved. Rejects if something could not be. */
  readonly settled: () => Promise<void>;
}

/** Starts with the finals that were saved before. `save` is given further ones, and how many there are by then. */
export function createFinalsSaver(
  saved: readonly HeardFinal[],
  save: (finals: readonly HeardFinal[], total: number) => Promise<void>,
): FinalsSaver {
  const places = new Map<string, number>();
  let total = saved.length;
  let waiting: HeardFinal[] = [];
  let saving: Promise<void> = Promise.resolve();

  const saveWaiting = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const together = waiting;
    waiting = [];
    total += together.length;
    await save(together, total);
  };

  const add = (channel: number, hearing: number, final: FinalHypothesis, before: number): void => {
    const key = `${channel}/${hearing}`;
    const place = places.get(key) ?? before;
    places.set(key, place + 1);
    waiting.push({ channel, hearing, place, final });
    // Those that come while others are saved are saved together.
    saving = saving.then(saveWaiting);
    saving.catch(() => undefined);
  };

  return {
    progressOf: (channel) => {
      const heardBefore = (hearing: number): readonly FinalHypothesis[] =>
        saved
          .filter((heard) => heard.channel === channel && heard.hearing === hearing)
          .map(({ final }) => final);
      return {
        heardBefore,
        onHeard: (hearing, final) => {
          add(channel, hearing, final, heardBefore(hearing).length);
        },
      };
    },
    settled: () => saving,
  };
}
