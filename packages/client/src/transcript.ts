import type { KnownSpeaker, Word } from '@auscult/protocol';

/** What was said between two pauses. */
export interface Segment {
  /** May begin and end with line breaks that were dictated. */
  readonly text: string;
  /** What was said, word by word, if `text` differs because of `writtenForm` or `dictationCommands`. */
  readonly spoken?: string;
  /** Seconds of audio since `start()`, over all reconnects and restarts of the server. */
  readonly start: number;
  readonly end: number;
  /** From 0 to 1. */
  readonly confidence: number;
  /** Where there are two. */
  readonly channel?: number;
  /** Of finals, where `words` asked for them. Their times are seconds of audio since `start()`, too. */
  readonly words?: readonly Word[];
  /**
   * Who said most of it, if speakers are told apart: counted from 0 in the order in which people are first heard. Of partials,
   * who probably speaks.
   */
  readonly speaker?: number;
  /**
   * Of partials, where the option `unsettled` asked for it: what was heard behind `text`, to be shown right behind it. It may
   * change with the next partial. A partial may have nothing else, with an empty `text`.
   */
  readonly unsettled?: string;
  /** Counts the segments of a channel. A partial has the number that its final will have. */
  readonly sequence: number;
  /**
   * Only in finals, with `dictationCommands`: the `sequence` of each final of the channel that the speaker has taken
   * back, whose text no longer counts. A final that only takes back others has no text of its own.
   */
  readonly removes?: readonly number[];
}

/** Where the server records a final. */
export interface RecordedFinal {
  readonly sessionId: string;
  /** Its number in the session, in its channel. */
  readonly sequence: number;
}

/** A command that the speaker gave: one of `commands`, said by itself. It is no text of the transcript. */
export interface SpokenCommand {
  /** The `id` of the command, if it has one. */
  readonly id?: string;
  /** Its phrase, as it was registered. */
  readonly phrase: string;
  /** What each variable was, by its name: one of its values, or the words that were said for free text. */
  readonly variables: Readonly<Record<string, string>>;
  /** What was heard, for programs that cannot carry it out and rather take it for text. */
  readonly text: string;
  /** Seconds of audio since `start()`, over all reconnects and restarts of the server. */
  readonly start: number;
  readonly end: number;
  /** From 0 to 1. */
  readonly confidence: number;
  /** Where there are two. */
  readonly channel?: number;
  /** Counts the segments and commands of a channel. */
  readonly sequence: number;
}

/** Words that partials have shown but that are in no final, or were cut out of it. */
export interface DroppedWords {
  /** Stable, see the reasons of `dropped` in docs/protocol.md. */
  readonly reason: string;
  /** Why, as a plain sentence for people. */
  readonly message: string;
  /** Where the utterance begins, seconds of audio since `start()`. */
  readonly start: number;
  readonly end: number;
  /** Where there are two. */
  readonly channel?: number;
}

/** Everything said so far. */
export interface Transcript {
  readonly text: string;
  /** In the order of their beginning. */
  readonly segments: readonly Segment[];
  /** Everybody heard so far, if speakers are told apart, in the order of their numbers. */
  readonly speakers: readonly KnownSpeaker[];
  /** Audio taken, seconds. */
  readonly durationSeconds: number;
  /** False if some audio was lost. */
  readonly complete: boolean;
  readonly lostSeconds: number;
}

/** The text of successive segments, with a space between two of them unless there is a line break. */
export function textOfSegments(segments: readonly Pick<Segment, 'text'>[]): string {
  return segments
    .map(({ text }) => text)
    .join(' ')
    .replace(/[ \n]*\n[ \n]*/gu, (breaks) => (breaks.includes('\n\n') ? '\n\n' : '\n'));
}
