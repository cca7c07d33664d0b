import type { KnownSpeaker } from '@auscult/client';
import { msg } from '@lit/localize';
import { explain } from '../server/explanations.js';
import { observable, type Observable } from '../state/observable.js';
import { lineOf, type Line } from '../transcript/line.js';
import { TranscriptionError, type TranscriptionsApi } from './transcriptions-api.js';

/** The state of a dropped file. */
export type FileState =
  | { readonly kind: 'none' }
  | { readonly kind: 'uploading'; readonly name: string; readonly share: number }
  | { readonly kind: 'waiting'; readonly name: string }
  | { readonly kind: 'transcribing'; readonly name: string; readonly share: number }
  | { readonly kind: 'done'; readonly name: string; readonly empty: boolean }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string };

/** The transcript of a file. */
interface TranscribedFile {
  readonly lines: readonly Line[];
  readonly speakers: readonly KnownSpeaker[];
}

/** Transcribes files, one at a time. */
export interface FileTranscription {
  readonly state: Observable<FileState>;
  /** Resolves with the transcript, or with nothing if it failed or was cancelled; the state says which. */
  readonly transcribe: (file: File) => Promise<TranscribedFile | undefined>;
  readonly cancel: () => void;
  /** Dismisses the outcome. */
  readonly dismiss: () => void;
}

const ASK_EVERY_MS = 400;

/** Whether a file is being worked on. */
export function isBusy({ kind }: FileState): boolean {
  return kind === 'uploading' || kind === 'waiting' || kind === 'transcribing';
}

function sayWhy(error: { readonly code: string; readonly message: string } | undefined): string {
  return error === undefined
    ? msg('The server gave the transcription up. Try again.')
    : explain(error.code, error.message);
}

export function createFileTranscription({
  upload,
  progressOf,
  resultOf,
  remove,
}: TranscriptionsApi): FileTranscription {
  const state = observable<FileState>({ kind: 'none' });
  let running: AbortController | undefined;

  async function transcribe(file: File): Promise<TranscribedFile | undefined> {
    const controller = new AbortController();
    const { signal } = controller;
    const { name } = file;
    let id: string | undefined;
    running = controller;
    state.set({ kind: 'uploading', name, share: 0 });
    try {
      id = await upload(file, signal, (share) => {
        if (!signal.aborted) state.set({ kind: 'uploading', name, share });
      });
      await finished(id, name, signal);
      const { segments, speakers = [] } = await resultOf(id, signal);
      state.set({ kind: 'done', name, empty: segments.length === 0 });
      return { lines: segments.map((segment) => lineOf(segment, 0)), speakers };
    } catch (error) {
      const message =
        error instanceof TranscriptionError ? error.message : msg('The file could not be read.');
      state.set(signal.aborted ? { kind: 'none' } : { kind: 'failed', name, message });
      return undefined;
    } finally {
      // The result is on the page now, and need not stay anywhere else.
      if (id !== undefined) void remove(id);
    }
  }

  async function finished(id: string, name: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { status, progress, error } = await progressOf(id, signal);
      signal.throwIfAborted();
      if (status === 'done') return;
      if (status === 'failed' || status === 'cancelled') throw new TranscriptionError(sayWhy(error));
      state.set(
        status === 'queued' ? { kind: 'waiting', name } : { kind: 'transcribing', name, share: progress },
      );
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  return {
    state,
    transcribe,
    cancel: () => running?.abort(),
    dismiss: () => {
      if (!isBusy(state.value)) state.set({ kind: 'none' });
    },
  };
}
