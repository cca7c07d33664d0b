import { Option, type Command } from 'commander';
import { measureSpeakers, type SpeakerFigures } from '../benchmarks/speakers.js';
import { conversationSets, type ConversationSet } from '../conversations/conversation.js';
import { makeConversations } from '../conversations/make-conversations.js';
import { recogniseWords } from '../conversations/recognise-words.js';
import { percent, table } from '../report/table.js';
import { addClipOptions, chosenClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';

interface SpeakersFlags extends ClipFlags, WorkerFlags {
  readonly set?: ConversationSet;
  readonly seed: number;
  readonly words?: string;
  readonly each: boolean;
}

/** `speakers`: how many words go to the wrong speaker. */
export function addSpeakersCommand(program: Command): void {
  const command = program
    .command('speakers')
    .description('How many words go to the wrong speaker, live and in the record, and what that costs.');
  addWorkerOptions(addClipOptions(command))
    .addOption(new Option('--set <set>', 'only these conversations').choices(conversationSets))
    .option('--seed <number>', 'what dialogues are spliced by', wholeNumber, 1)
    .option(
      '--words <file>',
      'where the recognised words are kept, so that the next run need not recognise them',
    )
    .option('--no-each', 'show the sets only, not each conversation')
    .addHelpText('after', '\nExample:\n  npm run bench -- speakers --words /tmp/words.jsonl --set interviews')
    .action(async (flags: SpeakersFlags) => {
      const { set, seed, words, model, workers } = flags;
      const sets = set === undefined ? conversationSets : [set];
      const conversations = await makeConversations(chosenClips(flags), sets, seed);
      if (conversations.length === 0)
        throw new Error(
          'No conversation can be made of these clips. The manifest of ../shared/speech has interviews ("turns"), readers and noise.',
        );
      const heard = await recogniseWords(conversations, { file: words, model, workers }, (total) =>
        showProgress(total, 'conversations to recognise'),
      );
      await conduct({
        benchmark: 'speakers',
        json: flags.json,
        measure: async () => ({
          model: 'ge2e',
          results: {
            prototype: PROTOTYPE,
            ...(await measureSpeakers(heard, showProgress(heard.length, 'conversations'))),
          },
        }),
        show: ({ figures, cost }) =>
          [
            ...(flags.each ? [showEach(figures), ''] : []),
            showSets(figures),
            '',
            PROTOTYPE_NOTE,
            `${String(cost.windows)} windows of ${cost.audioSeconds.toFixed(0)} s of speech were embedded in ` +
              `${cost.wallSeconds.toFixed(1)} s`,
          ].join('\n'),
      });
    });
}

/**
 * Shares of wrong words that the prototype in Python had (`research/diarization.md`), live and in the record: on the same interviews, and on dialogues that were
 * spliced otherwise.
 */
const PROTOTYPE: Readonly<Record<string, readonly [number, number]>> = {
  'interviews, 2 given': [0.009, 0.003],
  'interviews, auto': [0.02, 0.013],
  'dialogues of 2, 2 given': [0.013, 0.009],
  'dialogues of 3, auto': [0.171, 0.03],
  'lone, auto': [0, 0],
};

const PROTOTYPE_NOTE =
  'The prototype, with the same encoder: the same interviews with words of another recogniser; its dialogues were other ones, scored by time.';

const HEADINGS = [
  'live wrong',
  '< 1 s',
  'cpWER',
  'revised so far',
  '< 1 s',
  'record wrong',
  '< 1 s',
  'cpWER',
  'changed',
];

function cellsOf(own: readonly SpeakerFigures[]): string[] {
  return [
    shareOf(own, ({ live }) => [live.wrong, live.recognised]),
    shareOf(own, ({ live }) => [live.shortWrong, live.shortRecognised]),
    shareOf(own, ({ live }) => [live.speakerErrors, live.spoken]),
    shareOf(own, ({ revised }) => [revised.wrong, revised.recognised]),
    shareOf(own, ({ revised }) => [revised.shortWrong, revised.shortRecognised]),
    shareOf(own, ({ record }) => [record.wrong, record.recognised]),
    shareOf(own, ({ record }) => [record.shortWrong, record.shortRecognised]),
    shareOf(own, ({ record }) => [record.speakerErrors, record.spoken]),
    shareOf(own, ({ revisedWords, live }) => [revisedWords, live.recognised]),
  ];
}

function showEach(figures: readonly SpeakerFigures[]): string {
  return table(
    ['', 'asked', ...HEADINGS, 'people found', 'settled p95', 'label p50', 'p95'],
    figures.map((figure) => [
      figure.id,
      String(figure.speakers),
      ...cellsOf([figure]),
      `${String(figure.revised.speakers)} of ${String(figure.people)}`,
      `${(figure.settled?.p95 ?? 0).toFixed(0)} s`,
      `${(figure.labelMs?.p50 ?? 0).toFixed(1)} ms`,
      `${(figure.labelMs?.p95 ?? 0).toFixed(1)} ms`,
    ]),
  );
}

function showSets(figures: readonly SpeakerFigures[]): string {
  const names = [...new Set(figures.map(nameOf))];
  return table(
    ['', 'words', ...HEADINGS, 'right number', 'prototype: live', 'record'],
    names.map((name) => {
      const own = figures.filter((figure) => nameOf(figure) === name);
      const right = own.filter(({ revised, people }) => revised.speakers === people).length;
      return [
        name,
        String(own.reduce((sum, { live }) => sum + live.recognised, 0)),
        ...cellsOf(own),
        `${String(right)} of ${String(own.length)}`,
        ...(PROTOTYPE[name]?.map(percent) ?? ['–', '–']),
      ];
    }),
  );
}

/** What figures are added up. */
function nameOf({ set, people, speakers }: SpeakerFigures): string {
  const asked = speakers === 'auto' ? 'auto' : `${String(speakers)} given`;
  if (set === 'dialogues') return `dialogues of ${String(people)}, ${asked}`;
  return set === 'noise' && people === 0 ? 'noise alone' : `${set}, ${asked}`;
}

function shareOf(
  figures: readonly SpeakerFigures[],
  valuesOf: (figure: SpeakerFigures) => readonly [number, number],
): string {
  const sums = figures.map(valuesOf).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  return sums[1] === 0 ? '–' : percentage(sums[0] / sums[1]);
}

/** With two digits, as many figures are below 1 %. */
function percentage(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
