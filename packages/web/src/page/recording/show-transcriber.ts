import type { Segment, Transcriber } from '@auscult/client';
import type { Changeable } from '../state/observable.js';
import { withFinal, type Line } from '../transcript/line.js';
import { describeDropped } from './describe-dropped.js';
import { isUnderWay, type Levels, type RecordingState } from './recording-state.js';
import { createMicrophoneWatch } from './silent-microphone.js';

/** Where the events of a transcriber are shown. */
interface Shown {
  readonly state: Changeable<RecordingState>;
  readonly levels: Changeable<Levels>;
  readonly lines: Changeable<readonly Line[]>;
  /** Codes of warnings that have been shown. */
  readonly warned: Set<string>;
  /** What tells its lines from those of other recordings. */
  readonly recording: string;
  /** Where the transcriber begins on the clock of the transcript, seconds. */
  readonly offset: number;
  readonly elapsed: () => number;
  /** Whether no other transcriber has taken its place. */
  readonly isCurrent: () => boolean;
}

/** Problems that the state shows for as long as they last while the recording goes on, so that they need no notice. */
const TOLD_BY_STATE: readonly string[] = [
  'connection_lost',
  'busy',
  'too_many_sessions',
  'not_ready',
  'draining',
  'unauthorized',
];

/** Problems that are over once the recording goes on. */
const OVER_WHEN_LISTENING: readonly string[] = ['microphone_lost', 'upgrade_blocked', 'wrong_address'];

/** Shows the events of a transcriber from now on. */
export function showTranscriber(transcriber: Transcriber, shown: Shown): void {
  showState(transcriber, shown);
  showText(transcriber, shown);
  showLevels(transcriber, shown);
  showTrouble(transcriber, shown);
}

function showState(transcriber: Transcriber, { state, levels, elapsed, isCurrent }: Shown): void {
  transcriber.on('state', (next) => {
    if (!isCurrent()) return;
    const ended = !isUnderWay(next);
    state.patch({
      transcriber: next,
      elapsedSeconds: elapsed(),
      ...(ended ? { partials: [], dropped: [], silent: false } : {}),
    });
    if (next.kind === 'failed') state.patch({ problem: next.problem });
    if (next.kind === 'listening' && OVER_WHEN_LISTENING.includes(state.value.problem?.code ?? ''))
      state.patch({ problem: undefined });
    if (next.kind !== 'listening') levels.set([]);
  });
}

function showText(transcriber: Transcriber, { state, lines, recording, offset }: Shown): void {
  const source = { recording, offset };
  transcriber.on('partial', (segment) => {
    const shown = segment.text + (segment.unsettled ?? '') === '' ? undefined : segment;
    state.patch({
      partials: withChannel(state.value.partials, segment, shown),
      ...(shown && { dropped: withChannel(state.value.dropped, segment, undefined) }),
    });
  });
  transcriber.on('final', (segment) => {
    lines.set(withFinal(lines.value, segment, source));
    const shown = state.value.partials[segment.channel ?? 0];
    if (shown !== undefined && shown.sequence <= segment.sequence)
      state.patch({ partials: withChannel(state.value.partials, segment, undefined) });
    state.patch({ dropped: withChannel(state.value.dropped, segment, undefined) });
  });
  transcriber.on('dropped', (words) => {
    // Words that were heard differently a second time are in the transcript in their new form.
    if (words.reason === 'reheard') return;
    state.patch({ dropped: withChannel(state.value.dropped, words, describeDropped(words)) });
  });
}

function showLevels(transcriber: Transcriber, { state, levels }: Shown): void {
  const isSilent = createMicrophoneWatch();
  transcriber.on('level', (measured) => {
    levels.set(measured);
    state.patch({ silent: isSilent(measured, state.value.muted) });
  });
}

function showTrouble(transcriber: Transcriber, { state, warned }: Shown): void {
  transcriber.on('warning', (warning) => {
    if (warned.has(warning.code)) return;
    warned.add(warning.code);
    state.patch({ warnings: [...state.value.warnings, warning] });
  });
  transcriber.on('problem', (problem) => {
    if (!TOLD_BY_STATE.includes(problem.code)) state.patch({ problem });
  });
}

function withChannel<Shown>(
  shown: readonly (Shown | undefined)[],
  { channel = 0 }: Pick<Segment, 'channel'>,
  next: Shown | undefined,
): readonly (Shown | undefined)[] {
  return [0, 1].map((each) => (each === channel ? next : shown[each]));
}
