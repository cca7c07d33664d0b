import type { Segment, SpeakerCorrections, Transcriber, TranscriberEvents } from '@auscult/client';
import type { SpeakerRevision } from '../../../protocol/src/speakers.js';
import { createEvents } from '../../../client/src/events.js';
import { createSegmentList } from '../../../client/src/segment-list.js';

/** A transcriber of the SDK without sound or server: the test says what was heard. */
export interface HeardTranscriber {
  readonly transcriber: Transcriber;
  readonly hear: (segment: Segment) => void;
  readonly revise: (revisions: readonly SpeakerRevision[], settledSeconds?: number) => void;
  /** What people corrected. */
  readonly corrections: readonly SpeakerCorrections[];
}

export function createHeardTranscriber(): HeardTranscriber {
  const { emit, on } = createEvents<TranscriberEvents>();
  const list = createSegmentList();
  const corrections: SpeakerCorrections[] = [];
  const tell = (revised: readonly Segment[], settledSeconds: number): void => {
    emit('speakers', { revised, speakers: [], settledSeconds });
  };
  const identify = (correction: SpeakerCorrections): void => {
    corrections.push(correction);
    tell(list.correct(correction), 0);
  };
  return {
    transcriber: { on, identify } as Partial<Transcriber> as Transcriber,
    hear: (segment) => {
      list.add(segment);
      emit('final', segment);
    },
    revise: (revisions, settledSeconds = 0) => {
      tell(list.revise(revisions), settledSeconds);
    },
    corrections,
  };
}
