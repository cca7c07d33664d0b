import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { meanLogProbability } from '../decoding/search.js';
import type { TokenText } from '../text/token-text.js';
import { wordBreaksOf } from '../families/whisper/languages.js';
import type { JobRequest, ScheduledJob, Scheduler } from '../inference/scheduling/scheduler.js';
import type { Share } from '../inference/scheduling/fair-shares.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { AudioHistory } from '../segment/audio-history.js';
import type { SegmentEvent, UtteranceEnd } from '../segment/segmenter.js';
import { spellUnitsOut } from '../text/spoken-units.js';
import { termsKeepMeaning } from '../text/kept-meaning/keeps-meaning.js';
import { joinWords, spellWords, type SpelledWord } from '../text/words.js';
import { createCarriedContext } from './carried-context.js';
import {
  isDoubtful,
  isInvented,
  isSpeech,
  isTooFaint,
  likelier,
  type UtteranceEvidence,
} from './invention-gate.js';
import { hearRest } from './hear-rest.js';
import type { DropReason, LiveListener, LiveOptions } from './live-transcription.js';
import { quietestPlace } from '../segment/quietest-place.js';
import { casedAfter } from './sentence-casing.js';
import type { SpeakingPace } from './speaking-pace.js';
import { doubtWords } from './word-doubt.js';
import { placeWords } from './word-times.js';
import type { KeyTermList } from '../terms/key-term-list.js';
import type { Lexicon } from '../terms/key-term.js';
import { writeTerms } from '../terms/name-terms.js';
import { createStablePrefix, type StablePrefix } from './stable-prefix.js';

/** What recognition needs from outside of the stream. */
export interface UtteranceServices {
  readonly scheduler: Scheduler;
  /** Names the stream among all of the process. */
  readonly stream: string;
  /** The language of streams that name none. */
  readonly language: string;
  /** Hypotheses that are searched side by side for finals. */
  readonly beams: number;
  readonly textOf: (token: number) => TokenText;
  /** The stream's key terms, and whether the processes know the lexicon. */
  readonly keyTerms: KeyTermList | undefined;
  readonly lexicon: Lexicon;
  /** What the confidence of a word is worth, see `calibratedConfidence`. */
  readonly calibrated: (confidence: number) => number;
  /** Share of the carried context to use now, 0 to 1. */
  readonly contextShare: () => number;
  /** Whose speech it is, see `JobRequest`. */
  readonly share: Share;
}

/** Turns the utterances of one stream into hypotheses. */
export interface UtteranceRecognition {
  /** Takes what the segmenter found in the audio up to sample `heard`, and whether it ends in speech. */
  follow(events: readonly SegmentEvent[], heard: number, speaking?: boolean): void;
  /** Resolves when every utterance that has ended is final. */
  settled(): Promise<void>;
  close(): void;
  /** First sample that may still be needed, for context or for an utterance that is not final. */
  readonly neededFrom: number | undefined;
  /** Start of the oldest utterance that is not final, samples. */
  readonly unsettledFrom: number | undefined;
  /** Length of the utterances that have ended and are not final. */
  readonly pendingSeconds: number;
  readonly speechSeconds: number;
}

/** An utterance being spoken. */
interface OpenUtterance {
  readonly start: number;
  readonly shown: StablePrefix;
  shownCount: number;
  /** Samples that the latest partial hypothesis covers. */
  partialEnd: number;
  partial: ScheduledJob | undefined;
  ahead: Ahead | undefined;
  heard: Heard;
}

/**
 * What an utterance is heard for: its text while it is spoken, or in a pause that may be its end, or at its end; once
 * more by itself; or by itself from where a hearing lost its way.
 */
type Purpose = 'partial' | 'ahead' | 'final' | 'again' | 'rest';

/** The latest hypothesis of an utterance, and the sample up to which it covers it. */
interface Heard {
  readonly tokens: readonly number[];
  readonly end: number;
}

/** The final, decoded ahead during a pause that may turn out to end the utterance. */
interface Ahead {
  readonly end: number;
  readonly job: ScheduledJob;
  result: RecognitionResult | undefined;
  /** Takes the result once the utterance has ended there. */
  claim: ((outcome: RecognitionResult | undefined) => void) | undefined;
  lost: boolean;
}

/** An utterance that has ended. */
interface EndedUtterance extends UtteranceEvidence {
  readonly start: number;
  readonly end: number;
  readonly ahead: Ahead | undefined;
  readonly heard: Heard;
  /** Whether a partial was told. */
  readonly shown: boolean;
  readonly reason: UtteranceEnd;
}

/** New audio that a partial hypothesis must have, samples: 0.2 s (bench `latency`). */
const PARTIAL_STEP = 3_200;

/** Words heard so close to the end of the audio are not shown yet, samples: 0.15 s (bench `latency`). */
const EDGE = 2_400;

/** The window of an utterance that is heard a second time, by itself: no number of a carried context. */
const AGAIN = -1;

/** Silence put ahead of an utterance that is heard a second time, samples: 0.1 s. */
const LEAD_IN = 1_600;

/** Audio around a place in which a quiet one is looked for, samples: 0.15 s. */
const NEAR = 2_400;

/** Audio that the first partial hypothesis must have, samples: pre-roll and a short word. */
const FIRST_PARTIAL = 9_600;

/** Makes the recognition of one stream. Utterances become final one after another: each is context of the next. */
export function createUtteranceRecognition(
  options: LiveOptions,
  history: AudioHistory,
  listener: LiveListener,
  services: UtteranceServices,
  pace: Pick<SpeakingPace, 'aheadSeconds'> = IN_REAL_TIME,
): UtteranceRecognition {
  const { scheduler } = services;
  const language = options.language ?? services.language;
  const beams = options.beams ?? services.beams;
  const usesLexicon =
    services.lexicon === 'medical' &&
    options.lexicon !== 'none' &&
    language.startsWith('en') &&
    options.task !== 'translate';
  const context = createCarriedContext();
  const ended: EndedUtterance[] = [];
  const waiters: (() => void)[] = [];
  let open: OpenUtterance | undefined;
  /** Whether the speech of the latest utterance goes on in the next. */
  let cut = false;
  let finalJob: ScheduledJob | undefined;
  let working = false;
  /** The window that a process may keep states of. */
  let keptWindow: number | undefined;
  /** The window of the latest job that left its state. */
  let stateOf: number | undefined;
  let sequence = 0;
  /** The sequence of the utterance that is becoming final. */
  let current = 0;
  /** The text of the latest final. */
  let lastText: string | undefined;
  let speechSamples = 0;
  let closed = false;

  const follow = (events: readonly SegmentEvent[], heard: number, speaking = true) => {
    for (const event of events) {
      switch (event.kind) {
        case 'started':
          open = {
            start: event.start,
            shown: createStablePrefix(),
            shownCount: 0,
            partialEnd: event.start + FIRST_PARTIAL - PARTIAL_STEP,
            partial: undefined,
            ahead: undefined,
            heard: { tokens: [], end: event.start },
          };
          if (!cut) listener.onSpeech?.({ state: 'started', at: event.start / SAMPLE_RATE });
          cut = false;
          break;
        case 'paused':
          if (open && scheduler.idle && !working && options.priority !== 'background')
            open.ahead = decodeAhead(open, event.end);
          break;
        case 'resumed':
          if (open?.ahead) dropAhead(open, open.ahead);
          break;
        case 'ended':
          endUtterance(event);
          break;
      }
    }
    // In a pause nothing new was said, and the final that may be decoded ahead should find a free process.
    if (open && options.partials && speaking) requestPartial(open, heard);
  };

  const endUtterance = ({ start, end, reason, voiced, peak }: SegmentEvent & { kind: 'ended' }) => {
    open?.partial?.cancel();
    const evidence: UtteranceEvidence = { voicedSeconds: voiced / SAMPLE_RATE, peak };
    const tooFaint = isTooFaint(evidence);
    const paused = open?.ahead?.end === end && !tooFaint ? open.ahead : undefined;
    if (!paused) open?.ahead?.job.cancel();
    // Without context no utterance has to wait for the one before.
    const alone = options.contextSeconds === 0 && !options.partials && !tooFaint ? open : undefined;
    const ahead = paused ?? (alone && decodeAhead(alone, end));
    const heard = open?.heard ?? { tokens: [], end: start };
    const shown = (open?.shownCount ?? 0) > 0;
    open = undefined;
    cut = reason === 'longest';
    if (!cut) listener.onSpeech?.({ state: 'ended', at: end / SAMPLE_RATE });
    ended.push({ start, end, ahead, heard, shown, reason, ...evidence });
    void work();
  };

  const request = (
    { start, heard, speaks = false }: Pick<OpenUtterance, 'start' | 'heard'> & { readonly speaks?: boolean },
    end: number,
    purpose: Purpose,
    { onResult, ...callbacks }: Pick<JobRequest, 'onResult' | 'onLost' | 'replaces'>,
  ): ScheduledJob => {
    const limit = options.contextSeconds * SAMPLE_RATE * services.contextShare();
    const again = purpose === 'again' || purpose === 'rest';
    const window = again ? { id: AGAIN, start, prefix: [] } : context.windowFor(start, end, limit);
    const leadIn = again ? LEAD_IN : 0;
    // A window's first job leaves its state for all others, be it a partial. With silence ahead it is another window.
    const keepState =
      !again && options.contextSeconds > 0 && (purpose !== 'partial' || stateOf !== window.id);
    if (!again) {
      if (keptWindow !== undefined && keptWindow !== window.id) scheduler.forget(windowName(keptWindow));
      keptWindow = window.id;
    }
    return scheduler.submit({
      stream: services.stream,
      share: services.share,
      aheadSeconds: pace.aheadSeconds(end / SAMPLE_RATE),
      priority: priorityOf(purpose),
      window: windowName(window.id),
      audio: () => withSilenceAhead(history.slice(window.start, end), leadIn),
      prefix: window.prefix,
      draft: heard.tokens,
      unheardSeconds: (end - heard.end) / SAMPLE_RATE,
      newSeconds: (end - start) / SAMPLE_RATE,
      keepState,
      decoding: {
        language,
        task: options.task ?? 'transcribe',
        timestamps: options.timestamps ?? false,
        beams: purpose === 'partial' ? 1 : beams,
        fallback: purpose !== 'partial',
        speaks: again && speaks,
        previous: [],
      },
      // Partials are greedy and come quickly.
      keyTerms: purpose === 'partial' ? undefined : services.keyTerms,
      lexicon: purpose !== 'partial' && usesLexicon,
      ...callbacks,
      onResult(result) {
        if (keepState) stateOf = window.id;
        const began = (window.start - leadIn) / SAMPLE_RATE;
        const heardAt = result.heardAt.map((seconds) => seconds + began);
        const { lostIn } = result;
        const lost = lostIn && { lostIn: { from: lostIn.from + began, to: lostIn.to + began } };
        onResult({ ...result, heardAt, ...lost });
      },
    });
  };

  const priorityOf = (purpose: Purpose) => {
    if (options.priority === 'background') return 'background';
    return purpose === 'partial' || purpose === 'ahead' ? 'partial' : 'final';
  };

  const windowName = (id: number) => `${services.stream}/${id}`;

  const requestPartial = (utterance: OpenUtterance, heard: number) => {
    // One that waits for a process is replaced by one of newer audio.
    if (working || utterance.partial?.started || heard - utterance.partialEnd < PARTIAL_STEP) return;
    utterance.partialEnd = heard;
    const done = () => {
      utterance.partial = undefined;
    };
    utterance.partial = request(utterance, heard, 'partial', {
      replaces: services.stream,
      onLost: done,
      onResult(result) {
        done();
        utterance.heard = { tokens: result.tokens, end: heard };
        if (open === utterance) showPartial(utterance, result, heard);
      },
    });
  };

  const showPartial = (utterance: OpenUtterance, result: RecognitionResult, end: number) => {
    if (closed || !options.partials || result.stopped === 'repetition') return;
    const settledBefore = (end - EDGE) / SAMPLE_RATE;
    const words = cased(spell(result), result).filter(
      ({ firstToken, tokens }) => (result.heardAt[firstToken + tokens - 1] ?? 0) <= settledBefore,
    );
    const shown = utterance.shown.update(words.map(({ text }) => text));
    if (shown.length === utterance.shownCount) return;
    utterance.shownCount = shown.length;
    listener.onPartial?.({
      sequence,
      text: joinWords(shown.map((text, index) => ({ text, spaceBefore: words[index]?.spaceBefore ?? true }))),
      start: utterance.start / SAMPLE_RATE,
      end: end / SAMPLE_RATE,
      confidence: Math.exp(meanLogProbability(result)),
    });
  };

  const languageOf = ({ language: heard }: RecognitionResult) =>
    language === 'auto' ? (heard ?? 'en') : language;

  const spell = (result: RecognitionResult): readonly SpelledWord[] => {
    // Translations are English.
    const written = options.task === 'translate' ? 'en' : languageOf(result);
    const words = spellWords(result.tokens, result.logProbabilities, services.textOf, wordBreaksOf(written));
    return written.startsWith('en') ? spellUnitsOut(words) : words;
  };

  const cased = (words: readonly SpelledWord[], result: RecognitionResult) =>
    languageOf(result).startsWith('en') ? casedAfter(lastText, words) : words;

  const decodeAhead = (utterance: OpenUtterance, end: number): Ahead => {
    utterance.partial?.cancel();
    utterance.partial = undefined;
    const ahead: Ahead = { end, result: undefined, claim: undefined, lost: false, job: noJob };
    const settle = (result: RecognitionResult | undefined) => {
      ahead.result = result;
      ahead.lost = result === undefined;
      ahead.claim?.(result);
      if (result) utterance.heard = { tokens: result.tokens, end };
      if (result && open === utterance) showPartial(utterance, result, end);
    };
    return Object.assign(ahead, {
      job: request(utterance, end, 'ahead', {
        onResult: settle,
        onLost: () => {
          settle(undefined);
        },
      }),
    });
  };

  const dropAhead = (utterance: OpenUtterance, ahead: Ahead) => {
    utterance.ahead = undefined;
    if (!ahead.result) ahead.job.cancel();
  };

  const work = async () => {
    if (working) return;
    working = true;
    for (let utterance = ended[0]; utterance && !closed; utterance = ended[0]) {
      current = sequence;
      if (isTooFaint(utterance)) passOver(utterance);
      else await recognise(utterance);
      ended.shift();
    }
    working = false;
    for (const resolve of waiters.splice(0)) resolve();
  };

  const passOver = (utterance: EndedUtterance) => {
    tellEmpty(utterance);
    if (utterance.heard.tokens.length > 0) drop(utterance, 'faint');
  };

  const recognise = async (utterance: EndedUtterance) => {
    let dropped: DropReason | undefined;
    let result = await aheadResult(utterance.ahead);
    result ??= await decode(utterance, 'final');
    if (closed) return;
    if (result && isDoubtful(result, utterance)) {
      // What misled the decoder may be the text before, or the very place where the audio begins.
      const chosen = likelier(result, await decode(utterance, 'again'), utterance);
      if (chosen !== result && result.tokens.length > 0) dropped = 'reheard';
      if (chosen.stopped !== 'end') dropped = chosen.stopped === 'repetition' ? 'repetition' : 'endless';
      if (chosen !== result || result.stopped !== 'end') context.reset();
      result = chosen.stopped === 'end' ? chosen : await hearOn(utterance, chosen);
    }
    if (closed) return;
    if (!result) {
      context.reset();
      listener.onLost?.({ start: utterance.start / SAMPLE_RATE, end: utterance.end / SAMPLE_RATE });
      return;
    }
    // What is not delivered at all is told once, for what keeps it back.
    dropped = deliver(utterance, result) ?? dropped;
    if (sequence === current) tellEmpty(utterance);
    if (dropped) drop(utterance, dropped);
  };

  const tellEmpty = ({ start, end, reason }: EndedUtterance) => {
    listener.onEmpty?.({
      sequence: current,
      start: start / SAMPLE_RATE,
      end: end / SAMPLE_RATE,
      reason,
    });
  };

  const drop = ({ start, end, shown }: EndedUtterance, reason: DropReason) => {
    listener.onDropped?.({
      reason,
      sequence: current,
      start: start / SAMPLE_RATE,
      end: end / SAMPLE_RATE,
      shown,
    });
  };

  /** Hears what stands behind a place where the decoder lost its way. */
  const hearOn = (utterance: EndedUtterance, cut: RecognitionResult): Promise<RecognitionResult> => {
    const { start, end } = utterance;
    if (isInvented(cut, utterance)) return Promise.resolve(cut);
    return hearRest(cut, {
      end: end / SAMPLE_RATE,
      textOf: services.textOf,
      async hear(seconds) {
        const from = quietestNear(
          Math.min(end, Math.max(start, Math.round(seconds * SAMPLE_RATE))),
          start,
          end,
        );
        const rest = partOf(utterance, from);
        const result = closed ? undefined : await decode(rest, 'rest');
        return result && !isInvented(result, { ...rest, peak: 0 }) ? result : undefined;
      },
    });
  };

  /** The place with the least sound among those around, between words if there is a place between words. */
  const quietestNear = (place: number, start: number, end: number): number => {
    const first = Math.max(start, place - NEAR);
    const audio = history.slice(first, Math.min(end, place + NEAR));
    return first + quietestPlace(audio);
  };

  const aheadResult = (ahead: Ahead | undefined): Promise<RecognitionResult | undefined> => {
    if (!ahead || ahead.lost || ahead.result) return Promise.resolve(ahead?.result);
    if (options.priority !== 'background') ahead.job.promote();
    return new Promise((resolve) => {
      ahead.claim = resolve;
    });
  };

  const decode = (
    utterance: EndedUtterance,
    purpose: 'final' | 'again' | 'rest',
  ): Promise<RecognitionResult | undefined> =>
    new Promise((resolve) => {
      finalJob = request({ ...utterance, speaks: isSpeech(utterance) }, utterance.end, purpose, {
        onResult: resolve,
        onLost: () => {
          resolve(undefined);
        },
      });
    });

  /** Tells the final, or returns why there is none. */
  const deliver = (utterance: EndedUtterance, result: RecognitionResult): DropReason | undefined => {
    if (isInvented(result, utterance)) {
      context.reset();
      if (result.tokens.length > 0) return 'invented';
      const wasHeard = utterance.heard.tokens.length > 0 || isDoubtful(result, utterance);
      return wasHeard ? 'inaudible' : undefined;
    }
    const { start, end } = utterance;
    const spelled = spell(result);
    const named = writeTerms(spelled, result.terms);
    const isKept = !languageOf(result).startsWith('en') || termsKeepMeaning(spelled, named);
    const written = cased(isKept ? named : spelled, result);
    const doubts = doubtWords(spelled, written, result, services.calibrated);
    const words = placeWords(written, result.heardAt, start / SAMPLE_RATE, end / SAMPLE_RATE).map(
      (word, index) => ({ ...word, ...doubts[index] }),
    );
    // A pause that was cut out of speech may come out as a full stop alone.
    if (!words.some(({ text }) => /[\p{L}\p{N}]/u.test(text)))
      return utterance.shown ? 'inaudible' : undefined;
    context.settle(start, result.tokens);
    lastText = joinWords(written);
    speechSamples += end - start;
    listener.onFinal({
      sequence: sequence++,
      text: lastText,
      start: start / SAMPLE_RATE,
      end: end / SAMPLE_RATE,
      confidence: Math.exp(meanLogProbability(result)),
      words,
      language: languageOf(result),
      reason: utterance.reason,
      ...(isKept ? {} : { rewriteStopped: true }),
    });
    return undefined;
  };

  return {
    follow,
    settled: () => (working ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
    close() {
      closed = true;
      open?.partial?.cancel();
      open?.ahead?.job.cancel();
      for (const { ahead } of ended) ahead?.job.cancel();
      finalJob?.cancel();
      if (keptWindow !== undefined) scheduler.forget(windowName(keptWindow));
      scheduler.release(services.stream);
      for (const resolve of waiters.splice(0)) resolve();
    },
    get neededFrom() {
      return earliest(context.start, ended[0]?.start, open?.start);
    },
    get unsettledFrom() {
      return earliest(ended[0]?.start, open?.start);
    },
    get pendingSeconds() {
      return ended.reduce((sum, { start, end }) => sum + end - start, 0) / SAMPLE_RATE;
    },
    get speechSeconds() {
      return speechSamples / SAMPLE_RATE;
    },
  };
}

/** An utterance from a place on, with its share of the voice. */
function partOf(utterance: EndedUtterance, start: number): EndedUtterance {
  const share = (utterance.end - start) / (utterance.end - utterance.start);
  return { ...utterance, start, ahead: undefined, voicedSeconds: utterance.voicedSeconds * share };
}

function withSilenceAhead(audio: Int16Array, samples: number): Int16Array {
  if (samples === 0) return audio;
  const longer = new Int16Array(samples + audio.length);
  longer.set(audio, samples);
  return longer;
}

const IN_REAL_TIME = { aheadSeconds: () => 0 } as const;

const noJob: ScheduledJob = { started: false, cancel: () => undefined, promote: () => undefined };

function earliest(...samples: readonly (number | undefined)[]): number | undefined {
  const known = samples.filter((sample) => sample !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
