import type { HostedListener, HostedModel, RecognitionResult, ToHosted } from '@auscult/asr';

/** A model in processes that only note what they are told, and hear nothing in each job, at once. */
export interface ScriptedMachine {
  readonly hosted: HostedModel;
  /** What each process was told. */
  readonly told: readonly (readonly ToHosted[])[];
}

/** One with two processes, whose model knows 500 tokens. */
export function createScriptedMachine(): ScriptedMachine {
  const told: ToHosted[][] = [[], []];
  const hosted: HostedModel = {
    model: { name: 'scripted', family: 'moonshine', languages: ['en'], computeType: 'int8', device: 'cpu' },
    fingerprint: 'f',
    vocabulary: new Uint8Array(0),
    textTokens: 500,
    impossiblePart: ({ prefix }) => (prefix.some((token) => token >= 500) ? 'prefix' : undefined),
    start: (listener) => told.map((heard, index) => scriptedProcess(heard, listener(index))),
  };
  return { hosted, told };
}

function scriptedProcess(heard: ToHosted[], { onMessage }: HostedListener) {
  return {
    isReady: true,
    send: (message: ToHosted) => {
      heard.push(message);
      if (message.type !== 'job') return;
      const { id } = message.job;
      queueMicrotask(() => {
        const phases = { encodeSeconds: 0, decodeSeconds: 0, termsSeconds: 0 };
        onMessage({ type: 'result', id, result: NOTHING_HEARD, runSeconds: 0, phases, residentBytes: 0 });
      });
    },
    status: () => ({ pid: undefined, state: 'ready', residentBytes: 0, restarts: 0, jobs: 0 }) as const,
    close: () => Promise.resolve(),
  };
}

const NOTHING_HEARD: RecognitionResult = {
  tokens: [],
  logProbabilities: [],
  heardAt: [],
  endLogProbability: 0,
  stopped: 'end',
  terms: [],
  alternatives: [],
};
