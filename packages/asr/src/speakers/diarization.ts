import { createSpeakerFinder } from './find-speakers.js';
import { createFoundingWindows, type FoundingWindows } from './founding-windows.js';
import { createKnownVoices } from './known-voices.js';
import { labelWords, middleOf, type SpeakerVoice } from './label-words.js';
import { certaintyOf } from './speaker-confidence.js';
import type {
  KnownVoice,
  RecognisedVoice,
  RevisedSpan,
  SpeakerFindings,
  SpokenSpan,
} from './speaker-findings.js';
import { createSpeakerNumbers } from './speaker-numbers.js';
import type { SpokenWord } from './turn-taking.js';
import type { TimeSpan, VoiceWindow } from './voice-windows.js';

/** Who said a word, and how sure that is. */
export interface WordLabel {
  readonly speaker: number;
  /** 0 to 1: the share of such words that are given to the right speaker. */
  readonly confidence: number;
}

/** Tells apart who speaks in one stream, by the windows of its finals. */
export interface Diarization {
  /** Takes windows of the final `sequence`, at once or bit by bit, before its words or after them. */
  hear(sequence: number, windows: readonly VoiceWindow[]): void;
  /** Who said the words of a final. Finds the speakers anew. */
  label(sequence: number, words: readonly SpokenWord[]): readonly WordLabel[];
  /** What is known better by now of earlier finals than was told. */
  revise(): SpeakerFindings;
  /** Who probably speaks in windows of an utterance that is open. */
  likely(windows: readonly VoiceWindow[]): number | undefined;
  /** As `LiveTranscription.assignSpeakers`. */
  assign(spans: readonly SpokenSpan[]): void;
  /** As `LiveTranscription.mergeSpeakers`. */
  merge(from: number, into: number): void;
  /** What a later stream needs to go on with the same numbers. */
  memory(): SpeakerMemory;
}

/** What is known of the speakers of a stream, without what they said. */
export interface SpeakerMemory {
  readonly founding: FoundingWindows['windows'];
  readonly voices: ReadonlyMap<number, Float32Array>;
  /** Which speaker is really which other. */
  readonly merged: ReadonlyMap<number, number>;
}

/** How speakers are told apart. */
export interface DiarizationOptions {
  /** As in `LiveOptions`, but `off`. */
  readonly speakers: 'auto' | number;
  /** What is known of an earlier stream. */
  readonly memory?: SpeakerMemory | undefined;
  /** As in `LiveOptions`. */
  readonly knownVoices?: readonly KnownVoice[] | undefined;
}

/** Begins a stream. */
export function createDiarization({
  speakers,
  memory,
  knownVoices: enrolled = [],
}: DiarizationOptions): Diarization {
  const founding = createFoundingWindows();
  const finder = createSpeakerFinder(founding);
  for (const window of memory?.founding ?? []) finder.added(founding.add(window));
  const numbers = createSpeakerNumbers(memory?.voices);
  const merged = new Map(memory?.merged);
  const enrolledVoices = createKnownVoices(enrolled);
  let recognised: readonly RecognisedVoice[] = [];
  const finals: HeardFinal[] = [];
  /** How many words were told to be of each speaker. */
  const told = new Map<number, number>([...(memory?.voices.keys() ?? [])].map((speaker) => [speaker, 1]));
  let voices: readonly SpeakerVoice[] = voicesOf(memory?.voices ?? new Map<number, Float32Array>());
  let isStale = false;

  const reallyOf = (speaker: number): number => {
    let real = speaker;
    for (let next = merged.get(real); next !== undefined; next = merged.get(real)) real = next;
    return real;
  };

  const find = () => {
    if (!isStale) return;
    isStale = false;
    const found = finder.find(wantedBy(speakers, merged.size, founding));
    const most = (speakers === 'auto' ? MOST_SPEAKERS : speakers) + merged.size;
    const isUsed = (speaker: number) => (told.get(speaker) ?? 0) > 0 || merged.has(speaker);
    const given = numbers.number(found, most, { isUsed, isMerged: (speaker) => merged.has(speaker) });
    voices = found.map(({ voice }, at) => ({ speaker: given[at] ?? 0, voice }));
    recognised = enrolledVoices.recognise(
      found.map(({ voice, seconds }, at) => ({ speaker: reallyOf(given[at] ?? 0), voice, seconds })),
    );
  };

  /** What is enrolled counts beside what was heard: it is the better measure of a speaker who has said little. */
  const realVoices = () => [
    ...voices.map(({ speaker, voice }) => ({ speaker: reallyOf(speaker), voice })),
    ...enrolledVoices.speakers,
  ];

  const labelsOf = ({ sequence, words, windows, pins }: HeardFinal): WordLabel[] => {
    const labels = labelWords(words, windows, realVoices());
    return words.map((word, at) => {
      const pinned = pins.findLast((pin) => holds(pin, word));
      if (pinned) return { speaker: reallyOf(pinned.speaker), confidence: 1 };
      const label = labels[at];
      if (label && isOfSomebodyElse(label.speaker, word, windows))
        return { speaker: nextSpeaker() ?? label.speaker, confidence: UNHEARD };
      if (label) return { speaker: label.speaker, confidence: certaintyOf(label, voices.length) };
      return { speaker: speakerBefore(sequence), confidence: UNHEARD };
    });
  };

  /**
   * What is better than what was told: another speaker only if that is fairly sure, so that labels do not come and go, or if the one
   * who was told is nobody any more. Where speakers are counted, a single word stays with whom it was told of among several: short
   * answers sound like each other more than like whoever gives them, and the next clustering would give it back.
   */
  const betterLabelsOf = (final: HeardFinal): readonly WordLabel[] => {
    const known = new Set(realVoices().map(({ speaker }) => speaker));
    const labels = labelsOf(final).map((label, at) => {
      const told = final.told[at];
      if (!told || told.speaker === label.speaker) return label;
      return label.confidence < SURE_ENOUGH && known.has(told.speaker) ? told : label;
    });
    if (speakers !== 'auto' || final.toldAmong < 2) return labels;
    for (const { from, to } of spansBetween(labels, final.told)) {
      const told = final.told[from];
      const isHeard = told !== undefined && told.confidence > UNHEARD;
      if (from === to && isHeard && known.has(told.speaker) && !isPinned(final, from)) labels[from] = told;
    }
    return labels;
  };

  const isPinned = ({ pins, words }: HeardFinal, at: number): boolean => {
    const word = words[at];
    return word !== undefined && pins.some((pin) => holds(pin, word));
  };

  /** Until somebody else is found, all that is said would otherwise have the name of the one who is known. */
  const isOfSomebodyElse = (speaker: number, word: TimeSpan, windows: readonly VoiceWindow[]): boolean => {
    const nearest = voices.length > 1 ? undefined : nearestTo(word, windows);
    return nearest !== undefined && enrolledVoices.isUnlike(speaker, nearest);
  };

  /** The number that the next speaker to be found will get, if there may be more. */
  const nextSpeaker = (): number | undefined => {
    const most = speakers === 'auto' ? MOST_SPEAKERS : speakers;
    return Array.from({ length: most }, (_, number) => number).find((number) => !numbers.voices.has(number));
  };

  /** Who spoke last before a final whose voice could not be heard. */
  const speakerBefore = (sequence: number): number =>
    finals.findLast((final) => final.sequence < sequence && final.told.length > 0)?.told.at(-1)?.speaker ??
    reallyOf(voices[0]?.speaker ?? 0);

  const count = ({ speaker }: WordLabel, by: 1 | -1) => {
    told.set(speaker, (told.get(speaker) ?? 0) + by);
  };

  const tell = (final: HeardFinal, labels: readonly WordLabel[]) => {
    for (const label of final.told) count(label, -1);
    for (const label of labels) count(label, 1);
    final.told = labels;
    final.toldAmong = voices.length;
  };

  const finalOf = (sequence: number): HeardFinal => {
    const known = finals.findLast((final) => final.sequence === sequence);
    if (known) return known;
    const final: HeardFinal = { sequence, words: [], windows: [], pins: [], told: [], toldAmong: 0 };
    finals.push(final);
    return final;
  };

  const found = ({ start, end, voice }: VoiceWindow) => {
    finder.added(founding.add({ voice, seconds: end - start }));
    isStale = true;
  };

  const settledSeconds = () => Math.max(0, endOf(finals.at(-1)) - REVISABLE_SECONDS);

  /** Forgets the finals that are not revised any more. */
  const settle = () => {
    while (finals.length > 1 && endOf(finals[0]) < settledSeconds()) finals.shift();
  };

  return {
    hear(sequence, windows) {
      const isForgotten = sequence < (finals[0]?.sequence ?? 0);
      const final = isForgotten ? undefined : finalOf(sequence);
      for (const window of windows) {
        final?.windows.push(window);
        if (window.end - window.start >= SHORTEST_FOUNDING) found(window);
      }
    },
    label(sequence, words) {
      const final = finalOf(sequence);
      final.words = words;
      const [only] = final.windows;
      if (only && final.windows.length === 1 && isShortSentence(only, words)) found(only);
      settle();
      find();
      tell(final, labelsOf(final));
      return final.told;
    },
    revise() {
      find();
      const revised = finals.flatMap((final) => {
        const labels = betterLabelsOf(final);
        const spans = spansOf(final, labels);
        if (spans.length > 0) tell(final, labels);
        return spans;
      });
      return {
        revised,
        settledSeconds: settledSeconds(),
        ...(enrolled.length > 0 && { recognised }),
      };
    },
    likely(windows) {
      const [label] = labelWords(windows.slice(-1), windows.slice(-2), realVoices());
      return label?.speaker;
    },
    assign(spans) {
      for (const span of spans) {
        const final = finals.find(({ sequence }) => sequence === span.sequence);
        if (!final) continue;
        final.pins.push(span);
        for (const window of final.windows)
          if (middleOf(window) >= span.start && middleOf(window) <= span.end)
            founding.pin(window.voice, span.speaker);
        isStale = true;
      }
    },
    merge(from, into) {
      const [one, other] = [reallyOf(from), reallyOf(into)];
      if (one !== other) merged.set(one, other);
    },
    memory: () => ({ founding: founding.windows, voices: numbers.voices, merged }),
  };
}

/** A final that may still be revised. */
interface HeardFinal {
  readonly sequence: number;
  words: readonly SpokenWord[];
  readonly windows: VoiceWindow[];
  /** What a person said of it. */
  readonly pins: SpokenSpan[];
  /** What was told of its words. */
  told: readonly WordLabel[];
  /** How many voices were known then. */
  toldAmong: number;
}

/** The confidence of words whose voice could not be heard: whoever spoke before may have gone on. Not tuned. */
export const UNHEARD = 0.5;

/** The most speakers that are counted. */
export const MOST_SPEAKERS = 4;

/**
 * A shorter window tells too little to find a speaker by, seconds: with the silence around it, it has hardly more than `mm-hmm`
 * (bench `speakers`).
 */
export const SHORTEST_FOUNDING = 1.2;

/** A short window with so many words, of an utterance that has no other, tells enough: seconds and words. */
const SHORT_SENTENCE = { seconds: 0.9, words: 3 } as const;

function isShortSentence({ start, end }: TimeSpan, words: readonly SpokenWord[]): boolean {
  const seconds = end - start;
  const isShort = seconds >= SHORT_SENTENCE.seconds && seconds < SHORTEST_FOUNDING;
  return isShort && words.length >= SHORT_SENTENCE.words;
}

/** The confidence from which a word that was told goes to another speaker (bench `speakers`). */
const SURE_ENOUGH = 0.88;

/** How long the words of a final are revised for, seconds: bounds memory, and the time that a revision takes. */
const REVISABLE_SECONDS = 600;

function wantedBy(speakers: 'auto' | number, merged: number, { windows }: FoundingWindows) {
  const pinned = new Set(windows.flatMap((window) => (window.pinned === undefined ? [] : [window.pinned])))
    .size;
  if (speakers === 'auto') return { given: undefined, most: Math.max(MOST_SPEAKERS + merged, pinned) };
  const given = Math.max(speakers, pinned);
  return { given, most: given };
}

function voicesOf(voices: ReadonlyMap<number, Float32Array>): SpeakerVoice[] {
  return [...voices].map(([speaker, voice]) => ({ speaker, voice }));
}

function endOf(final: HeardFinal | undefined): number {
  return final?.words.at(-1)?.end ?? final?.windows.at(-1)?.end ?? 0;
}

/** The window that a word is nearest to the middle of, of those that are long enough to tell a voice by. */
function nearestTo(word: TimeSpan, windows: readonly VoiceWindow[]): VoiceWindow | undefined {
  const distance = (window: VoiceWindow) => Math.abs(middleOf(window) - middleOf(word));
  const long = windows.filter(({ start, end }) => end - start >= SHORTEST_FOUNDING);
  return long.reduce<VoiceWindow | undefined>(
    (nearest, window) => (nearest && distance(nearest) <= distance(window) ? nearest : window),
    undefined,
  );
}

function holds({ start, end }: TimeSpan, word: TimeSpan): boolean {
  const middle = middleOf(word);
  return middle >= start && middle <= end;
}

/** The words in a row whose speaker is another than was told. */
function spansOf({ sequence, words, told }: HeardFinal, labels: readonly WordLabel[]): RevisedSpan[] {
  return spansBetween(labels, told).map(({ from, to, speaker }) => {
    const confidences = labels.slice(from, to + 1).map(({ confidence }) => confidence);
    return {
      sequence,
      start: words[from]?.start ?? 0,
      end: words[to]?.end ?? 0,
      speaker,
      confidence: confidences.reduce((sum, value) => sum + value, 0) / confidences.length,
    };
  });
}

/** The places of labels in a row that are another speaker's than was told, all of the same one. */
function spansBetween(
  labels: readonly WordLabel[],
  told: readonly WordLabel[],
): readonly { readonly from: number; readonly to: number; readonly speaker: number }[] {
  const spans: { readonly from: number; to: number; readonly speaker: number }[] = [];
  for (const [at, { speaker }] of labels.entries()) {
    if (speaker === told[at]?.speaker) continue;
    const last = spans.at(-1);
    if (last?.to === at - 1 && last.speaker === speaker) last.to = at;
    else spans.push({ from: at, to: at, speaker });
  }
  return spans;
}
