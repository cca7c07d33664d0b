import { existsSync, writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { hearLive } from '../benchmarks/live-hearing.js';
import { startLibrary, type Lexicon } from '../benchmarks/start-library.js';
import { ALL, measureWordConfidence, type WordConfidence } from '../benchmarks/word-confidence.js';
import { readManifest, sharedManifest, type Clip } from '../clips/manifest.js';
import { MAP_KINDS } from '../measure/confidence-map.js';
import { percent, table } from '../report/table.js';
import { MEDICAL_TERMS, readTermList } from '../terms/term-list.js';
import { addClipOptions, speechClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';

interface CalibrationFlags extends ClipFlags, WorkerFlags {
  readonly dictation?: string;
  readonly list: string;
  readonly lexicon: Lexicon;
  readonly maps?: string;
}

/** `calibration`: how far the confidences of words can be believed. */
export function addCalibrationCommand(program: Command): void {
  const command = program
    .command('calibration')
    .description('Expected calibration error of word confidences, before and after maps fitted to them.');
  addWorkerOptions(addClipOptions(command))
    .option(
      '--dictation <manifest>',
      'more clips; the default is that of ../shared/dictation, if it is there',
    )
    .option('--list <file>', 'terms whose words also form a group, one a line', MEDICAL_TERMS)
    .addOption(
      new Option('--lexicon <name>', 'whether terms of medicine are looked for')
        .choices(['medical', 'none'])
        .default('medical'),
    )
    .option('--maps <file>', 'also write the maps that were fitted to all words, as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- calibration\n  npm run bench -- calibration --kind read --limit 20 --maps maps.json',
    )
    .action(runCalibration);
}

async function runCalibration(flags: CalibrationFlags): Promise<void> {
  const clips = [...speechClips({ ...flags, kind: flags.kind ?? ['medical', 'read'] }), ...dictation(flags)];
  await conduct<WordConfidence>({
    benchmark: 'calibration',
    json: flags.json,
    measure: async () => {
      const { recognizer } = await startLibrary(flags);
      try {
        const { finals } = await hearLive(recognizer, clips, () => [], showProgress(clips.length, 'clips'));
        const results = measureWordConfidence(clips, finals, readTermList(flags.list));
        if (flags.maps !== undefined)
          writeFileSync(flags.maps, `${JSON.stringify(results.maps, undefined, 2)}\n`);
        return { model: recognizer.model.name, results };
      } finally {
        await recognizer.close();
      }
    },
    show,
  });
}

function dictation({ dictation: named, limit }: CalibrationFlags): Clip[] {
  const shared = sharedManifest('dictation');
  const manifest = named ?? (existsSync(shared) ? shared : undefined);
  return manifest === undefined ? [] : readManifest(manifest, { kinds: ['dictation'], limit });
}

function show({ groups }: WordConfidence): string {
  const all = groups.find(({ name }) => name === ALL);
  return [
    table(
      ['words', 'count', 'right', 'confidence', 'ECE, 10 bins', '15 bins', ...MAP_KINDS],
      groups.map(({ name, calibration: { count, accuracy, meanConfidence, ece10, ece15 }, mapped }) => [
        name,
        String(count),
        ...[accuracy, meanConfidence, ece10, ece15, ...MAP_KINDS.map((kind) => mapped[kind])].map(percent),
      ]),
    ),
    'In the column of a map: ECE over 10 bins with maps that were fitted to other clips.',
    '',
    table(
      ['confidence', 'words', 'mean', 'right'],
      (all?.calibration.bins ?? []).map(({ from, to, count, meanConfidence, accuracy }) => [
        `${from.toFixed(1)} to ${to.toFixed(1)}`,
        String(count),
        ...[meanConfidence, accuracy].map(percent),
      ]),
    ),
  ].join('\n');
}
