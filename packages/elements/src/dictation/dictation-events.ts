import type { Problem, Segment, SpokenCommand, TranscriberState } from '@auscult/client';

/** What is being said, and the field that it will be written into. */
export interface PartialDetail {
  readonly text: string;
  /** What was heard behind it, and may change with the next partial. */
  readonly unsettled: string;
  readonly field: HTMLElement | undefined;
}

/** A final that was written. */
export interface FinalDetail {
  readonly segment: Segment;
  /** As it stands in the field, with the spaces around it. */
  readonly written: string;
  readonly field: HTMLElement;
}

/** A final that was taken back by `scratch that`. */
export interface RemovedDetail {
  readonly segment: Segment;
  readonly field: HTMLElement;
  /** Whether it is still in the field, since somebody has edited it. */
  readonly kept: boolean;
}

/** A final that is in no field: there was none, or it took no more text. */
export interface UnwrittenDetail {
  readonly segment: Segment;
  readonly field: HTMLElement | undefined;
}

/** A voice command, before it is carried out: `preventDefault()` keeps the element from that. */
export interface CommandDetail extends SpokenCommand {
  /** The field that the person is in, or was in last. */
  readonly field: HTMLElement | undefined;
}

/** The events of `<auscult-dictation>`. All bubble and leave shadow roots. */
export interface DictationEventMap {
  'auscult-state': CustomEvent<TranscriberState>;
  'auscult-partial': CustomEvent<PartialDetail>;
  'auscult-final': CustomEvent<FinalDetail>;
  'auscult-removed': CustomEvent<RemovedDetail>;
  'auscult-unwritten': CustomEvent<UnwrittenDetail>;
  'auscult-command': CustomEvent<CommandDetail>;
  'auscult-problem': CustomEvent<Problem>;
}

/** Tells one of these events. */
export type TellDictation = <E extends keyof DictationEventMap>(
  event: E,
  detail: DictationEventMap[E]['detail'],
) => void;
