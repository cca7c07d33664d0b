import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { defaultLiveOptions, openRecording, transcribeRecording, type FinalHypothesis } from '@auscult/asr';
import type { Command } from 'commander';
import { measureSpeakers, type Interview, type SpeakerFigures } from '../benchmarks/speakers.js';
import { startLibrary } from '../benchmarks/start-library.js';
import { decodeClips } from '../clips/decode-clip.js';
import type { Clip } from '../clips/manifest.js';
import { percent, table } from '../report/table.js';
import { addClipOptions, chosenClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';

interface SpeakersFlags extends ClipFlags, WorkerFlags {
  readonly words?: string;
}

/** `speakers`: how many words go to the wrong speaker. */
export function addSpeakersCommand(program: Command): void {
  const command = program
    .command('speakers')
    .description(
      'How many words of interviews go to the wrong speaker, live and in the record, and what that costs.',
    );
  addWorkerOptions(addClipOptions(command))
    .option(
      '--words <file>',
      'where the recognised words are kept, so that the next run need not recognise them',
    )
    .addHelpText('after', '\nExample:\n  npm run bench -- speakers --words /tmp/words.jsonl --ids CAR')
    .action(async (flags: SpeakersFlags) => {
      const clips = chosenClips(flags).filter(({ turnSpeakers }) => turnSpeakers !== undefined);
      if (clips.length === 0)
        throw new Error(
          'No clip of the manifest tells who speaks. The interviews of ../shared/speech do ("turns").',
        );
      const words = await recognisedWords(clips, flags);
      await conduct({
        benchmark: 'speakers',
        json: flags.json,
        measure: async () => {
          const interviews = await Promise.all(
            clips.map((clip) => interviewOf(clip, words.get(clip.id) ?? [])),
          );
          const results = await measureSpeakers(
            interviews,
            [2, 'auto'],
            showProgress(clips.length, 'interviews'),
          );
          return { model: 'ge2e', results };
        },
        show: ({ figures, cost }) =>
          [
            showFigures(figures),
            `${String(cost.windows)} windows of ${cost.audioSeconds.toFixed(0)} s of speech were embedded in ` +
              `${cost.wallSeconds.toFixed(1)} s`,
          ].join('\n'),
      });
    });
}

async function interviewOf(clip: Clip, finals: readonly FinalHypothesis[]): Promise<Interview> {
  const [decoded] = await decodeClips([clip]);
  const turns = (clip.turns ?? []).map((text, at) => ({ text, speaker: clip.turnSpeakers?.[at] ?? '' }));
  return { id: clip.id, pcm: decoded?.pcm ?? new Int16Array(), finals, turns };
}

/** The finals of each clip, from the file where that has them. */
async function recognisedWords(
  clips: readonly Clip[],
  { words: file, model, workers }: SpeakersFlags,
): Promise<ReadonlyMap<string, readonly FinalHypothesis[]>> {
  const known = new Map(file !== undefined && existsSync(file) ? readWords(file) : []);
  const missing = clips.filter(({ id }) => !known.has(id));
  if (missing.length === 0) return known;
  const { recognizer } = await startLibrary({ model, workers });
  const onDone = showProgress(missing.length, 'interviews to recognise');
  try {
    for (const { id, file: audio } of missing) {
      const finals: FinalHypothesis[] = [];
      const chunks = (await openRecording(audio)).chunks();
      for await (const final of transcribeRecording(recognizer, chunks, defaultLiveOptions))
        finals.push(final);
      known.set(id, finals);
      if (file !== undefined) writeFileSync(file, `${JSON.stringify({ id, finals })}\n`, { flag: 'a' });
      onDone();
    }
  } finally {
    await recognizer.close();
  }
  return known;
}

function readWords(file: string): (readonly [string, readonly FinalHypothesis[]])[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { id, finals } = JSON.parse(line) as { id: string; finals: readonly FinalHypothesis[] };
      return [id, finals] as const;
    });
}

function showFigures(figures: readonly SpeakerFigures[]): string {
  const all = [...new Set(figures.map(({ speakers }) => speakers))].map((speakers) => {
    const own = figures.filter((figure) => figure.speakers === speakers);
    return { id: 'all', speakers, own };
  });
  const rows = [
    ...figures.map((figure) => ({ id: figure.id, speakers: figure.speakers, own: [figure] })),
    ...all,
  ];
  return table(
    [
      '',
      'asked',
      'live wrong',
      '< 1 s',
      'cpWER',
      'record wrong',
      '< 1 s',
      'cpWER',
      'revised',
      'settled p95',
      'label p50',
      'p95',
    ],
    rows.map(({ id, speakers, own }) => [
      id,
      String(speakers),
      ...(['live', 'record'] as const).flatMap((way) => [
        shareOf(own, (figure) => [figure[way].wrong, figure[way].recognised]),
        shareOf(own, (figure) => [figure[way].shortWrong, figure[way].shortRecognised]),
        shareOf(own, (figure) => [figure[way].speakerErrors, figure[way].spoken]),
      ]),
      shareOf(own, (figure) => [figure.revisedWords, figure.live.recognised]),
      ...(own.length === 1
        ? [
            `${(own[0]?.settled?.p95 ?? 0).toFixed(0)} s`,
            `${(own[0]?.labelMs?.p50 ?? 0).toFixed(1)} ms`,
            `${(own[0]?.labelMs?.p95 ?? 0).toFixed(1)} ms`,
          ]
        : ['', '', '']),
    ]),
  );
}

function shareOf(
  figures: readonly SpeakerFigures[],
  valuesOf: (figure: SpeakerFigures) => readonly [number, number],
): string {
  const sums = figures.map(valuesOf).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  return sums[1] === 0 ? '–' : percent(sums[0] / sums[1]);
}
