import type { Command } from 'commander';
import { measureUtteranceCost, PEER_DEFAULT, type CostResults } from '../benchmarks/utterance-cost.js';
import { decodeClips } from '../clips/decode-clip.js';
import { cutUtterances, spreadEvenly } from '../clips/utterances.js';
import type { Distribution } from '../measure/distribution.js';
import { megabytes, milliseconds, table } from '../report/table.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addModelOptions, addPeerOption, type ModelFlags, type PeerFlags } from './run-options.js';

interface CostFlags extends ClipFlags, ModelFlags, PeerFlags {
  readonly utterances: number;
  readonly seconds: number;
  readonly rounds: number;
}

/** `cost`: what one utterance costs. */
export function addCostCommand(program: Command): void {
  const command = program
    .command('cost')
    .description(
      'What one utterance costs on one thread: Auscult and faster-whisper tiny.en int8 in turn, utterance by utterance.',
    );
  addPeerOption(addModelOptions(addClipOptions(command, { limit: 30 })))
    .option('--utterances <count>', 'utterances, spread over the clips', wholeNumber, 24)
    .option('--seconds <seconds>', 'length of an utterance', positiveNumber, 3)
    .option('--rounds <count>', 'how often each is recognised', wholeNumber, 3)
    .addHelpText(
      'after',
      '\nExample:\n  npm run bench -- cost --model ../shared/models/whisper-tiny.en --utterances 12',
    )
    .action(async (flags: CostFlags) => {
      const { model, seconds, rounds, peer } = flags;
      const found = cutUtterances(await decodeClips(speechClips(flags)), seconds);
      if (found.length === 0)
        throw new Error(
          `No utterance of ${String(seconds)} s lies between pauses of these clips. Choose more clips.`,
        );
      const utterances = spreadEvenly(found, flags.utterances);
      await conduct({
        benchmark: 'cost',
        json: flags.json,
        measure: () =>
          measureUtteranceCost(
            utterances,
            { model, seconds, rounds, peer },
            showProgress(utterances.length * rounds, 'utterances'),
          ),
        show,
      });
    });
}

function show({ utterances, seconds, rounds, lines, residentBytes }: CostResults): string {
  const peer = lines.find(({ what }) => what === PEER_DEFAULT);
  return [
    table(
      ['', 'processor p50', 'p95', 'of beam 5', 'wall p50', 'p95', 'of beam 5', 'words'],
      lines.map(({ what, processor, wall, words }) => [
        what,
        ...timeCells(processor, peer?.processor),
        ...timeCells(wall, peer?.wall),
        words.toFixed(0),
      ]),
    ),
    `${String(utterances)} utterances of ${String(seconds)} s, each ${String(rounds)} times, in turns, on one thread each, ` +
      'without the loading of the weights; of Auscult, finals of a live session that is sent all at once',
    `The inference process has ${megabytes(residentBytes.first)} after the first round and ` +
      `${megabytes(residentBytes.last)} after the last.`,
  ].join('\n');
}

/** Median, 95th percentile, and the ratio of the medians. */
function timeCells(time: Distribution | undefined, peer: Distribution | undefined): string[] {
  const ratio = time === undefined || peer === undefined ? '–' : `${(time.p50 / peer.p50).toFixed(2)}×`;
  return [milliseconds(time?.p50), milliseconds(time?.p95), ratio];
}
