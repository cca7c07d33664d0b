import type { Command } from 'commander';
import { measureThroughput, type Throughput, type ThroughputResults } from '../benchmarks/throughput.js';
import { megabytes, percent, table } from '../report/table.js';
import { addClipOptions, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addModelOptions, addPeerOption, type ModelFlags, type PeerFlags } from './run-options.js';

interface ThroughputFlags extends ClipFlags, ModelFlags, PeerFlags {
  readonly threads: number;
}

/** `throughput`: how fast whole recordings become text. */
export function addThroughputCommand(program: Command): void {
  const command = program
    .command('throughput')
    .description('Whole recordings, as fast as possible: Auscult, then faster-whisper tiny.en int8.');
  addPeerOption(addModelOptions(addClipOptions(command)))
    .option(
      '--threads <count>',
      'single-threaded inference processes, and threads of faster-whisper',
      wholeNumber,
      2,
    )
    .addHelpText(
      'after',
      '\nExample:\n  npm run bench -- throughput --model ../shared/models/whisper-tiny.en --kind medical --limit 2',
    )
    .action(async (flags: ThroughputFlags) => {
      const clips = speechClips(flags);
      const { model, threads, peer } = flags;
      await conduct({
        benchmark: 'throughput',
        json: flags.json,
        measure: () =>
          measureThroughput(
            clips,
            { model, threads, peer },
            showProgress(clips.length * (peer ? 2 : 1), 'recordings'),
          ),
        show,
      });
    });
}

function show({ audioSeconds, threads, auscult, fasterWhisper }: ThroughputResults): string {
  const rows = [row('Auscult', auscult, audioSeconds)];
  if (fasterWhisper !== undefined) rows.push(row('faster-whisper', fasterWhisper, audioSeconds));
  const lines = [
    table(['', 'wall', 'times real time', 'core-seconds a second', 'memory, at most', 'WER'], rows),
    `${(audioSeconds / 60).toFixed(1)} min of audio from files; ${String(threads)} threads each, one way after the ` +
      'other, without the loading of the weights',
  ];
  if (fasterWhisper !== undefined) {
    const ratio = (auscult.speed / fasterWhisper.speed).toFixed(2);
    lines.push(`Auscult is ${ratio} times as fast as faster-whisper`);
  }
  return lines.join('\n');
}

function row(
  name: string,
  { wallSeconds, speed, processes, score }: Throughput,
  audioSeconds: number,
): string[] {
  return [
    name,
    `${wallSeconds.toFixed(1)} s`,
    speed.toFixed(1),
    processes === undefined ? '–' : (processes.cpuSeconds / audioSeconds).toFixed(3),
    processes === undefined ? '–' : megabytes(processes.memoryPeakBytes),
    score === undefined ? '–' : percent(score.wer),
  ];
}
