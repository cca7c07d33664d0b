import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { measureWithPlainClient, type PlainClientResults } from '../benchmarks/plain-client.js';
import { decodeClips } from '../clips/decode-clip.js';
import { megabytes, percent, seconds, table } from '../report/table.js';
import { chunkedWhisperCommand } from '../peers/chunked-whisper.js';
import { startServer, type Target } from '../server/target.js';
import { addClipOptions, chosenClips, positiveNumber, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addServerOptions, sessionOptions, withServer, type ServerFlags } from './run-options.js';

interface PeersFlags extends ClipFlags, ServerFlags {
  readonly streams: number;
  readonly seconds: number;
  readonly gap: number;
}

/** Figures of the peer and of Auscult for the same load. */
interface PeersResults {
  readonly chunkedWhisper: PlainClientResults;
  readonly auscult: PlainClientResults;
}

/** `peers`: the same load on a simple server, which puts fixed chunks through Whisper, and on Auscult. */
export function addPeersCommand(program: Command): void {
  const command = program
    .command('peers')
    .description(
      'The same load on fixed 2 s chunks through faster-whisper tiny.en, and on Auscult. Needs Python 3.',
    );
  addClipOptions(command, { limit: 40, maxClip: 60 });
  addServerOptions(command)
    .option('--streams <count>', 'continuous streams at the same time', wholeNumber, 4)
    .option('--seconds <seconds>', 'least length of each such stream', positiveNumber, 60)
    .option('--gap <seconds>', 'room tone after each clip when measuring latency', positiveNumber, 5)
    .addHelpText('after', '\nExample:\n  npm run bench -- peers --limit 24 --streams 4')
    .action(async (flags: PeersFlags) => {
      const clips = await decodeClips(chosenClips(flags));
      const measure = (target: Target) =>
        measureWithPlainClient(
          target,
          clips,
          { ...sessionOptions(target.url, flags), speaks: 'plain' },
          {
            atATime: CLIPS_AT_A_TIME,
            gapSeconds: flags.gap,
            streams: flags.streams,
            streamSeconds: flags.seconds,
          },
        );
      await conduct<PeersResults>({
        benchmark: 'peers',
        json: flags.json,
        measure: async () => {
          const peer = await startServer(chunkedWhisperCommand(flags.workers ?? availableParallelism()));
          const chunkedWhisper = await measure(peer).finally(() => peer.stop());
          const auscult = await withServer(flags, measure);
          return {
            model: `${chunkedWhisper.model} and ${auscult.model}`,
            results: { chunkedWhisper, auscult },
          };
        },
        show,
      });
    });
}

/** Few enough that the slower of the two keeps up. */
const CLIPS_AT_A_TIME = 2;

function show({ chunkedWhisper, auscult }: PeersResults): string {
  const line = (what: string, of: (results: PlainClientResults) => string) => [
    what,
    of(chunkedWhisper),
    of(auscult),
  ];
  const kinds = Object.keys(auscult.accuracy.kinds);
  return table(
    ['', 'chunks of 2 s', 'Auscult'],
    [
      line('model', ({ model }) => model),
      ...kinds.map((kind) => line(`WER, ${kind}`, ({ accuracy }) => percentOf(accuracy.kinds[kind]?.wer))),
      line('WER, all', ({ accuracy }) => percentOf(accuracy.all?.wer)),
      line(
        'invented words per hour of noise',
        ({ accuracy }) => accuracy.noise?.inventedPerHour.toFixed(0) ?? '–',
      ),
      line('one stream: last voiced sample → last text, p50', ({ latency }) =>
        seconds(latency.clipFromVoice?.p50),
      ),
      line('one stream: last voiced sample → last text, p95', ({ latency }) =>
        seconds(latency.clipFromVoice?.p95),
      ),
      line(
        'clips without text after their last word',
        ({ latency }) => `${String(latency.unanswered.length)} of ${String(latency.clips)}`,
      ),
      line('continuous streams', ({ streams }) => String(streams.streams)),
      line('  last voiced sample → text, p95', ({ streams }) => seconds(streams.finalFromVoice?.p95)),
      line('  the same where a pause follows, p95', ({ streams }) => seconds(streams.finalAfterPause?.p95)),
      line('  end of stream → its last text, p95', ({ streams }) => seconds(streams.lastFinal?.p95)),
      line('  WER', ({ streams }) => percentOf(streams.score?.wer)),
      line(
        '  core-seconds for a second of audio',
        ({ streams }) => streams.coreSecondsPerAudioSecond?.toFixed(3) ?? '–',
      ),
      line('  memory, at most', ({ streams }) => megabytesOf(streams.server.processes?.memoryPeakBytes)),
      line('ready after', ({ startSeconds }) => seconds(startSeconds)),
    ],
  );
}

function percentOf(share: number | undefined): string {
  return share === undefined ? '–' : percent(share);
}

function megabytesOf(bytes: number | undefined): string {
  return bytes === undefined ? '–' : megabytes(bytes);
}
