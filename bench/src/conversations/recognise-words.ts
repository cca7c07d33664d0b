import { defaultLiveOptions, transcribeRecording, type FinalHypothesis } from '@auscult/asr';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { startLibrary, type LibrarySettings } from '../benchmarks/start-library.js';
import type { Conversation, HeardConversation } from './conversation.js';
import { inChunks } from './in-chunks.js';

/**
 * Recognises what is said, as fast as it can, several conversations at a time.
 *
 * @param file where words are kept, one recording a line; what is there of the same audio is not recognised again
 */
export async function recogniseWords(
  conversations: readonly Conversation[],
  { file, ...library }: LibrarySettings & { readonly file: string | undefined },
  progress: (total: number) => () => void,
): Promise<readonly HeardConversation[]> {
  const known = file !== undefined && existsSync(file) ? readWords(file) : new Map<string, KeptFinals>();
  const missing = conversations.filter(({ pcm }) => !known.has(digestOf(pcm)));
  if (missing.length > 0) {
    const onDone = progress(missing.length);
    const { recognizer, workers } = await startLibrary(library);
    const waiting = missing.values();
    const work = async () => {
      for (const { id, pcm } of waiting) {
        const finals: FinalHypothesis[] = [];
        for await (const final of transcribeRecording(recognizer, inChunks(pcm), defaultLiveOptions))
          finals.push(final);
        const audio = digestOf(pcm);
        known.set(audio, finals);
        if (file !== undefined)
          writeFileSync(file, `${JSON.stringify({ id, audio, finals })}\n`, { flag: 'a' });
        onDone();
      }
    };
    await Promise.all(Array.from({ length: workers }, work)).finally(() => recognizer.close());
  }
  return conversations.map((one) => ({ ...one, finals: known.get(digestOf(one.pcm)) ?? [] }));
}

type KeptFinals = readonly FinalHypothesis[];

function readWords(file: string): Map<string, KeptFinals> {
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const { audio, finals } = JSON.parse(line) as { audio: string; finals: KeptFinals };
        return [audio, finals];
      }),
  );
}

function digestOf(pcm: Int16Array): string {
  return createHash('sha256').update(pcm).digest('hex');
}
