import { SHORTEST_LOST_RUN } from '../score/lost-runs.js';
import type { KindScore, Scorecard } from '../score/scorecard.js';
import { percent, table } from './table.js';

/** The scorecard as text: one line for each kind, then noise and terms. */
export function scoreTable(score: Scorecard): string {
  const lines = Object.entries(score.kinds).map(([kind, figures]) => kindRow(kind, figures));
  if (score.all !== undefined && lines.length > 1) lines.push(kindRow('all', score.all));
  const parts: string[] = [];
  if (lines.length > 0) {
    parts.push(
      table(['kind', 'clips', 'words', 'WER', 'substituted', 'deleted', 'inserted', LOST_RUNS], lines),
    );
  }
  if (score.noise !== undefined) {
    const { clips, hours, inventedWords, inventedPerHour, heardIn } = score.noise;
    parts.push(
      `noise: ${String(inventedWords)} invented words in ${String(clips)} clips, ${(hours * 60).toFixed(1)} min: ` +
        `${inventedPerHour.toFixed(1)} an hour`,
      ...heardIn.map(({ id, words }) => `  ${id}: ${String(words)}`),
    );
  }
  if (score.turns !== undefined) {
    const { changes, words, wer } = score.turns;
    parts.push(
      `changes of speaker: WER ${percent(wer)} of the ${String(words)} words at ${String(changes)} changes`,
    );
  }
  if (score.terms !== undefined) {
    const { terms, found, recall } = score.terms;
    parts.push(`terms: ${String(found)} of ${String(terms)} found, ${percent(recall)}`);
  }
  if (score.missing.length > 0) {
    parts.push(
      `${String(score.missing.length)} clips have no transcript and are left out, first: ${score.missing[0] ?? ''}`,
    );
  }
  return parts.join('\n');
}

function kindRow(kind: string, score: KindScore): string[] {
  const counts = [score.substitutions, score.deletions, score.insertions, score.lost.runs];
  return [kind, String(score.clips), String(score.words), percent(score.wer), ...counts.map(String)];
}

const LOST_RUNS = `${String(SHORTEST_LOST_RUN)} or more lost in a row`;
