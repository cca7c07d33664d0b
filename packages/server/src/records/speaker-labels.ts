import type { Word } from '@auscult/protocol';
import { isWithin } from '../speakers/is-within.js';
import { createSpeakerDirectory, type SpeakerDirectory } from '../speakers/speaker-directory.js';
import type { RecognitionPass, Relabelling } from './record-content.js';
import type { SpeakerChange, SpeakerSpan } from './speaker-changes.js';

/** Who said what in a record, after all changes. */
export interface SpeakerLabels {
  readonly directory: SpeakerDirectory;
  /**
   * How the words of a version have to be labelled; undefined if they are as they were sealed. What people say goes before what
   * was found, whichever came later, and counts for all versions and passes over the same audio.
   */
  readonly relabelling: (version: LabelledVersion) => Relabelling | undefined;
  /** Labels words of another text over the same audio, such as that of an upload as it was heard, as people have said. */
  readonly relabelled: (words: readonly Word[], about: SpokenStretch) => readonly Word[];
}

/** Where some words are in the audio of a record. */
type SpokenStretch = Pick<LabelledVersion, 'channel' | 'start' | 'end'>;

/** A version of a final, as far as its labels depend on it. */
interface LabelledVersion {
  readonly reading: RecognitionPass;
  readonly place: number;
  readonly version: number;
  readonly channel: number;
  readonly start: number;
  readonly end: number;
}

/** Puts all changes of a record together. */
export function createSpeakerLabels(changes: readonly SpeakerChange[]): SpeakerLabels {
  let directory = createSpeakerDirectory();
  /** By final. */
  const found = new Map<string, SpeakerSpan[]>();
  const said: SpeakerSpan[] = [];
  for (const change of changes) {
    if (change.kind === 'continued') directory = createSpeakerDirectory(change.directory);
    if (change.kind === 'recognised') directory.recognise(change.voices);
    if (change.kind === 'revised') for (const span of change.spans) addTo(found, nameOf(span), span);
    if (change.kind !== 'corrected') continue;
    said.push(...change.spans);
    for (const { from, into } of change.merge) directory.merge(from, into);
    directory.name(change.name);
  }
  const hasMerges = directory.save().merged.length > 0;

  const labelAll = (words: readonly Word[], spans: readonly PlacedSpan[]): readonly Word[] =>
    words.map((word, index) => {
      const span = spans.findLast((one) => holds(one, word, index));
      return span === undefined ? resolved(word, directory) : labelled(word, span, directory);
    });

  return {
    directory,
    relabelling: (version) => {
      const spans = [
        ...(found.get(nameOf(version)) ?? []),
        ...said.filter((span) => isAbout(span, version)),
      ].map((span) => ({ ...span, isExact: isOf(span, version) && span.version === version.version }));
      if (spans.length === 0 && !hasMerges) return undefined;
      return { words: (given) => labelAll(given, spans) };
    },
    relabelled: (words, about) => {
      const spans = said.filter((span) => isOver(span, about)).map((span) => ({ ...span, isExact: false }));
      return labelAll(words, spans);
    },
  };
}

type PlacedSpan = SpeakerSpan & { readonly isExact: boolean };

/** In the version that the span is about, words are counted; in others, they are found by their time. */
function holds(
  { isExact, words: [first, last], start, end }: PlacedSpan,
  word: Word,
  index: number,
): boolean {
  return isExact ? index >= first && index <= last : isWithin(word, { start, end });
}

function labelled(word: Word, { speaker, confidence = 1 }: SpeakerSpan, directory: SpeakerDirectory): Word {
  return { ...word, speaker: directory.resolve(speaker), speakerConfidence: confidence };
}

function resolved(word: Word, directory: SpeakerDirectory): Word {
  return word.speaker === undefined ? word : { ...word, speaker: directory.resolve(word.speaker) };
}

function isOf(span: SpeakerSpan, { reading, place }: LabelledVersion): boolean {
  return span.reading === reading && span.place === place;
}

function isAbout(span: SpeakerSpan, version: LabelledVersion): boolean {
  if (isOf(span, version)) return true;
  return span.reading !== version.reading && isOver(span, version);
}

function isOver(span: SpeakerSpan, { channel, start, end }: SpokenStretch): boolean {
  return span.channel === channel && span.start < end && span.end > start;
}

function nameOf({ reading, place }: Pick<SpeakerSpan, 'reading' | 'place'>): string {
  return `${reading}/${place}`;
}

function addTo<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
