import type { FinalHypothesis } from '../live/live-transcription.js';
import { createAudioHistory } from '../segment/audio-history.js';
import { MOST_SPEAKERS, SHORTEST_FOUNDING, UNHEARD, type WordLabel } from './diarization.js';
import { createSpeakerFinder } from './find-speakers.js';
import { createFoundingWindows, MOST_FOUNDING } from './founding-windows.js';
import { labelFinal } from './label-final.js';
import { labelWords, type SpeakerVoice } from './label-words.js';
import { certaintyOf } from './speaker-confidence.js';
import type { SpeakerCount } from './speaker-findings.js';
import { allWindows, samplesIn, type VoiceWindow } from './voice-windows.js';

/** What embeds the windows of a recording. */
export interface WindowEmbedder {
  /** Absent where there is no speaker encoder: nobody is told apart then. */
  readonly embedVoice?: (audio: Int16Array, options: RecordingShare) => Promise<Float32Array | undefined>;
}

/** Whose recording it is, and how urgent. */
interface RecordingShare {
  /** `background`, the default, lets all windows of live speech go first. */
  readonly priority?: 'live' | 'background';
  /** As in `LiveOptions`. */
  readonly share?: readonly string[];
}

/** How the speakers of a recording are told apart. */
export interface LabelOptions extends RecordingShare {
  readonly speakers: SpeakerCount;
  /** Ends the work early; the signal's reason is then thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives the words of a whole recording to their speakers, who are counted from 0 in the order of their first words. All of it is
 * heard before anybody is told apart, so fewer words go to the wrong speaker than live.
 *
 * @param open reads the recording, 16 kHz mono, from its beginning
 * @param finals what was said in it, in order
 */
export async function labelRecording(
  recognizer: WindowEmbedder,
  open: () => AsyncIterable<Float32Array>,
  finals: readonly FinalHypothesis[],
  { speakers, signal, ...share }: LabelOptions,
): Promise<readonly FinalHypothesis[]> {
  const { embedVoice } = recognizer;
  if (speakers === 'off' || !embedVoice || finals.length === 0) return finals;
  const heard = await hearVoices(open(), finals, (audio) => embedVoice(audio, share), signal);
  const voices = findVoices(heard.flat(), speakers);
  const labels = labelAll(finals, heard, voices);
  const numbers = new Map(
    [...new Set(labels.flat().map(({ speaker }) => speaker))].map((speaker, at) => [speaker, at]),
  );
  return finals.map((final, at) =>
    labelFinal(
      final,
      (labels[at] ?? []).map((label) => ({ ...label, speaker: numbers.get(label.speaker) ?? 0 })),
    ),
  );
}

/** The windows of each final, without those that could not be embedded. */
async function hearVoices(
  chunks: AsyncIterable<Float32Array>,
  finals: readonly FinalHypothesis[],
  embed: (audio: Int16Array) => Promise<Float32Array | undefined>,
  signal: AbortSignal | undefined,
): Promise<readonly VoiceWindow[][]> {
  const history = createAudioHistory();
  const heard: VoiceWindow[][] = finals.map(() => []);
  const left = finals
    .flatMap((final, at) => allWindows(final).map((span) => ({ span, own: heard[at] ?? [] })))
    .sort((a, b) => a.span.start - b.span.start);
  const waiting = new Set<Promise<void>>();

  const hearUpTo = async (end: number) => {
    for (let next = left[0]; next && samplesIn(next.span.end) <= end; next = left[0]) {
      left.shift();
      const { span, own } = next;
      const done = embed(history.slice(samplesIn(span.start), samplesIn(span.end))).then((voice) => {
        waiting.delete(done);
        if (voice) own.push({ ...span, voice });
      });
      waiting.add(done);
      if (waiting.size >= MOST_WAITING) await Promise.race(waiting);
      signal?.throwIfAborted();
    }
    history.forgetBefore(samplesIn(left[0]?.span.start ?? Infinity));
  };

  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    history.append(chunk);
    await hearUpTo(history.end);
    if (left.length === 0) break;
  }
  await hearUpTo(Infinity);
  await Promise.all(waiting);
  for (const windows of heard) windows.sort((a, b) => a.start - b.start);
  return heard;
}

/** Windows on their way at a time: as many as are embedded together, twice. */
const MOST_WAITING = 16;

function findVoices(windows: readonly VoiceWindow[], speakers: 'auto' | number): readonly SpeakerVoice[] {
  const founding = createFoundingWindows();
  const finder = createSpeakerFinder(founding);
  const long = windows.filter(({ start, end }) => end - start >= SHORTEST_FOUNDING);
  for (const { start, end, voice } of spread(long.length > 0 ? long : windows))
    finder.added(founding.add({ voice, seconds: end - start }));
  const given = speakers === 'auto' ? undefined : speakers;
  return finder.find({ given, most: MOST_SPEAKERS }).map(({ voice }, speaker) => ({ speaker, voice }));
}

/** At most as many as may found speakers, from the whole recording. */
function spread<Item>(items: readonly Item[]): readonly Item[] {
  const most = MOST_FOUNDING.latest + MOST_FOUNDING.earlier;
  if (items.length <= most) return items;
  return items.filter(
    (_, at) => Math.floor(((at + 1) * most) / items.length) > Math.floor((at * most) / items.length),
  );
}

function labelAll(
  finals: readonly FinalHypothesis[],
  heard: readonly (readonly VoiceWindow[])[],
  voices: readonly SpeakerVoice[],
): readonly (readonly WordLabel[])[] {
  let before = 0;
  return finals.map(({ words }, at) => {
    const labels = labelWords(words, heard[at] ?? [], voices).map((label): WordLabel =>
      label
        ? { speaker: label.speaker, confidence: certaintyOf(label, voices.length) }
        : { speaker: before, confidence: UNHEARD },
    );
    before = labels.at(-1)?.speaker ?? before;
    return labels;
  });
}
