import { stateOf, type Circumstances, type Phase, type TranscriberState } from './transcriber-state.js';

type KeptCircumstances = Omit<Circumstances, 'bufferedSeconds'>;

/** Keeps the circumstances of a transcriber's state, and reports the state whenever it changes. */
export interface StateKeeper {
  readonly state: () => TranscriberState;
  readonly now: () => KeptCircumstances;
  readonly change: (changes: Partial<KeptCircumstances>) => void;
  readonly moveTo: (phase: Phase) => void;
  /** Whether the recording is over, one way or the other. */
  readonly isEnded: () => boolean;
}

/** `bufferedSeconds` is asked whenever the state is, since it changes by itself. */
export function createStateKeeper(
  bufferedSeconds: () => number,
  onState: (state: TranscriberState) => void,
): StateKeeper {
  let kept: KeptCircumstances = {
    phase: { kind: 'idle' },
    isPaused: false,
    isMicrophoneLost: false,
    outage: undefined,
  };
  let told: TranscriberState = { kind: 'idle' };

  const state = (): TranscriberState => stateOf({ ...kept, bufferedSeconds: bufferedSeconds() });
  const change = (changes: Partial<KeptCircumstances>): void => {
    kept = { ...kept, ...changes };
    const next = state();
    if (JSON.stringify(next) === JSON.stringify(told)) return;
    told = next;
    onState(next);
  };
  return {
    state,
    now: () => kept,
    change,
    moveTo: (phase) => {
      change({ phase });
    },
    isEnded: () => kept.phase.kind === 'stopped' || kept.phase.kind === 'failed',
  };
}
