import { spellWords } from '../text/words.js';
import type { TokenText } from '../text/token-text.js';
import { proposeTerms, type TermProposal } from '../terms/term-proposals.js';
import type { TermList } from '../terms/term-list.js';
import type { Branch, DecoderBatch, Reading } from './decoder-batch.js';
import { logProbabilityOf } from './next-token.js';
import type { Hypothesis } from './search.js';
import type { SpeechModel } from './speech-model.js';
import type { CrossAttention } from './stream-encoder.js';

/** What reconsidering needs of the model. */
type TermReader = Pick<SpeechModel, 'endToken' | 'textOf' | 'encode'>;

/**
 * Looks at the terms that sound like what a hypothesis has: where the decoder, asked, finds one nearly as likely as what
 * it wrote, the term takes its place. `prompt`: the tokens before the hypothesis.
 */
export async function reconsiderTerms(
  hypothesis: Hypothesis,
  prompt: readonly number[],
  cross: CrossAttention,
  lists: readonly TermList[],
  model: TermReader,
  batch: DecoderBatch,
): Promise<Hypothesis> {
  let current = hypothesis;
  for (let round = 0; round < ROUNDS; round++) {
    const changes = changesOf(current, lists, model);
    if (changes.length === 0) return current;
    const reading = await batch.read(cross, [...prompt, ...current.tokens]);
    const scored = await score(changes, current, prompt.length, reading, model.endToken, batch);
    const chosen = bestApart(scored.filter(({ gain, change }) => gain + change.proposal.allowance > 0));
    if (chosen.length === 0) return current;
    current = applied(current, chosen);
  }
  return current;
}

/** Terms that stand next to each other change each other's likelihood: they are looked at again. */
const ROUNDS = 3;

/** Tokens behind a term that must be likely too. */
const FOLLOWING = 3;

/** Tokens whose logits are had at once: those of each take 131 kB. */
const MOST_AT_ONCE = 64;

/** New tokens for some of a hypothesis. */
interface Change {
  readonly proposal: TermProposal;
  readonly firstToken: number;
  readonly tokens: number;
  readonly replacement: readonly number[];
}

interface ScoredChange {
  readonly change: Change;
  /** What the change adds to the sum of log-probabilities. */
  readonly gain: number;
  readonly logProbabilities: readonly number[];
  readonly frames: readonly number[];
}

function changesOf(
  { tokens, logProbabilities }: Hypothesis,
  lists: readonly TermList[],
  { textOf, encode }: TermReader,
): Change[] {
  const words = spellWords(tokens, logProbabilities, textOf);
  return proposeTerms(words, lists).flatMap((proposal) => {
    const first = words[proposal.firstWord];
    const last = words[proposal.firstWord + proposal.words - 1];
    if (!first || !last) return [];
    let end = last.firstToken + last.tokens;
    // Punctuation behind the words stays.
    while (end > first.firstToken && isPunctuation(textOf(tokens[end - 1] ?? 0))) end--;
    if (end === first.firstToken) return [];
    const text = startsSentence(words, proposal.firstWord) ? capitalised(proposal.text) : proposal.text;
    return [
      { proposal, firstToken: first.firstToken, tokens: end - first.firstToken, replacement: encode(text) },
    ];
  });
}

async function score(
  changes: readonly Change[],
  { tokens, logProbabilities, endLogProbability }: Hypothesis,
  promptLength: number,
  reading: Reading,
  endToken: number,
  batch: DecoderBatch,
): Promise<ScoredChange[]> {
  const scored: ScoredChange[] = [];
  const ended = [...tokens, endToken];
  const all = [...logProbabilities, endLogProbability];
  let pending: { change: Change; branch: Branch; wanted: readonly number[] }[] = [];
  const flush = async () => {
    if (pending.length === 0) return;
    const outputs = await batch.readBranches(
      reading,
      pending.map(({ branch }) => branch),
    );
    pending.forEach(({ change, wanted }, index) => {
      const rows = outputs[index] ?? [];
      const found = wanted.map((token, place) =>
        logProbabilityOf(token, rows[place]?.logits ?? new Float32Array(0)),
      );
      const before = all.slice(
        change.firstToken,
        change.firstToken + change.tokens + (wanted.length - change.replacement.length),
      );
      scored.push({
        change,
        gain: sum(found) - sum(before),
        logProbabilities: found,
        frames: rows.map(({ frame }) => frame),
      });
    });
    pending = [];
  };
  for (const change of changes) {
    const behind = change.firstToken + change.tokens;
    const wanted = [...change.replacement, ...ended.slice(behind, behind + FOLLOWING)];
    const from = promptLength + change.firstToken - 1;
    const before = reading.tokens[from];
    if (before === undefined) continue;
    const branch = { from, tokens: [before, ...wanted.slice(0, -1)] };
    if (
      pending.reduce(
        (
          total,
          {
            branch: {
              tokens: { length },
            },
          },
        ) => total + length,
        0,
      ) +
        branch.tokens.length >
      MOST_AT_ONCE
    )
      await flush();
    pending.push({ change, branch, wanted });
  }
  await flush();
  return scored;
}

/** The best of the changes, and those whose likelihood does not depend on it. */
function bestApart(scored: readonly ScoredChange[]): ScoredChange[] {
  const worth = ({ gain, change }: ScoredChange) => gain + change.proposal.allowance;
  const chosen: ScoredChange[] = [];
  for (const candidate of [...scored].sort((one, other) => worth(other) - worth(one))) {
    const { firstToken, tokens } = candidate.change;
    const apart = chosen.every(
      ({ change }) =>
        firstToken >= change.firstToken + change.tokens + FOLLOWING ||
        firstToken + tokens + FOLLOWING <= change.firstToken,
    );
    if (apart) chosen.push(candidate);
  }
  return chosen.sort((one, other) => one.change.firstToken - other.change.firstToken);
}

function applied(hypothesis: Hypothesis, chosen: readonly ScoredChange[]): Hypothesis {
  const tokens: number[] = [];
  const logProbabilities: number[] = [];
  const frames: number[] = [];
  let from = 0;
  const keep = (to: number) => {
    tokens.push(...hypothesis.tokens.slice(from, to));
    logProbabilities.push(...hypothesis.logProbabilities.slice(from, to));
    frames.push(...hypothesis.frames.slice(from, to));
  };
  for (const { change, logProbabilities: found, frames: heard } of chosen) {
    keep(change.firstToken);
    tokens.push(...change.replacement);
    logProbabilities.push(...found.slice(0, change.replacement.length));
    frames.push(...heard.slice(0, change.replacement.length));
    from = change.firstToken + change.tokens;
  }
  keep(hypothesis.tokens.length);
  return { ...hypothesis, tokens, logProbabilities, frames };
}

function isPunctuation({ bytes }: TokenText): boolean {
  return bytes.every((byte) => byte < 0x80 && !/[A-Za-z0-9 ]/.test(String.fromCharCode(byte)));
}

function startsSentence(words: readonly { readonly text: string }[], place: number): boolean {
  const first = words[place]?.text.charAt(0) ?? '';
  if (first === first.toLowerCase()) return false;
  return place === 0 || /[.?!]$/.test(words[place - 1]?.text ?? '');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
