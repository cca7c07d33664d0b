import {
  defaultLiveOptions,
  transcribeByVote,
  writeEachFinal,
  type Recognizer,
  type WrittenFinal,
} from '@auscult/asr';
import { readClip } from '../clips/decode-clip.js';
import { groupByKind, type Clip } from '../clips/manifest.js';
import type { Voice } from '../dictation/voices.js';
import { COMMAND_SET, SPOKEN_COMMANDS } from '../voice-commands/command-set.js';
import { speakCommands, type SaidCommand } from '../voice-commands/speak-commands.js';
import { startLibrary, type LibrarySettings } from './start-library.js';

/** Sentences that are taken for commands, and commands that are taken for sentences. */
export interface VoiceCommandResults {
  /** Ordinary speech, by kind. */
  readonly ordinary: Readonly<Record<string, OrdinarySpeech>>;
  /** Commands that synthetic voices gave between pauses, by voice and speed. */
  readonly given: Readonly<Record<string, GivenCommands>>;
}

/** Speech in which nobody gives a command. */
interface OrdinarySpeech {
  readonly hours: number;
  readonly finals: number;
  /** Clips in which something was taken for a command, with its phrase. */
  readonly triggers: readonly { readonly clip: string; readonly phrase: string }[];
}

/** What became of commands. */
interface GivenCommands {
  readonly given: number;
  readonly right: number;
  /** Taken for another command. */
  readonly others: readonly string[];
  /** Taken for text. */
  readonly missed: readonly string[];
}

/** How to hear. */
export interface VoiceCommandSettings extends LibrarySettings {
  /** Whether the decoder is told the commands as key terms, which the server does not do. */
  readonly asTerms?: boolean | undefined;
}

/** Each voice speaks at these speeds. */
const SPEEDS = [1, 1.15] as const;

/** Hears ordinary clips and commands with the settings of live speech, faster than real time. */
export async function measureVoiceCommands(
  clips: readonly Clip[],
  voices: readonly Voice[],
  settings: VoiceCommandSettings,
  onDone: () => void,
): Promise<{ readonly model: string; readonly results: VoiceCommandResults }> {
  const { recognizer, workers } = await startLibrary(settings);
  try {
    const heard = new Map<string, readonly WrittenFinal[]>();
    const waiting = clips.values();
    const work = async (): Promise<void> => {
      for (const clip of waiting) {
        heard.set(clip.id, await hear(recognizer, () => readClip(clip), settings));
        onDone();
      }
    };
    await Promise.all(Array.from({ length: 2 * workers }, work));
    const given: Record<string, GivenCommands> = {};
    for (const voice of voices)
      for (const speed of SPEEDS) {
        const { pcm, said } = await speakCommands(voice, speed);
        const finals = await hear(recognizer, () => chunksOf(pcm), settings);
        given[`${voice.name} at ${String(speed)}`] = outcomes(said, finals);
        onDone();
      }
    return { model: recognizer.model.name, results: { ordinary: ordinarySpeech(clips, heard), given } };
  } finally {
    await recognizer.close();
  }
}

const COMMAND_TERMS = SPOKEN_COMMANDS.map(({ text }) => ({ text }));

async function hear(
  recognizer: Recognizer,
  chunks: () => AsyncIterable<Float32Array>,
  { asTerms = false }: VoiceCommandSettings,
): Promise<readonly WrittenFinal[]> {
  const options = {
    ...defaultLiveOptions,
    priority: 'live',
    endpointSentences: true,
    hearings: 1,
    ...(asTerms && { keyTerms: COMMAND_TERMS }),
  } as const;
  const finals = [];
  for await (const final of transcribeByVote(recognizer, chunks, options)) finals.push(final);
  return writeEachFinal(finals, { writtenForm: false, dictationCommands: false, commands: COMMAND_SET });
}

/** Pieces of a tenth of a second. */
async function* chunksOf(pcm: Int16Array): AsyncGenerator<Float32Array, void> {
  for (let at = 0; at < pcm.length; at += 1600)
    yield await Promise.resolve(Float32Array.from(pcm.subarray(at, at + 1600), (sample) => sample / 32_768));
}

function ordinarySpeech(
  clips: readonly Clip[],
  heard: ReadonlyMap<string, readonly WrittenFinal[]>,
): Record<string, OrdinarySpeech> {
  return Object.fromEntries(
    Array.from(groupByKind(clips), ([kind, ofKind]) => {
      const finals = ofKind.flatMap(({ id }) => (heard.get(id) ?? []).map((final) => ({ clip: id, final })));
      const triggers = finals.flatMap(({ clip, final: { command } }) =>
        command === undefined ? [] : [{ clip, phrase: command.phrase }],
      );
      const hours = ofKind.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0) / 3600;
      return [kind, { hours, finals: finals.length, triggers }];
    }),
  );
}

function outcomes(said: readonly SaidCommand[], finals: readonly WrittenFinal[]): GivenCommands {
  const others: string[] = [];
  const missed: string[] = [];
  for (const { text, phrase, start, end } of said) {
    const during = finals.filter((final) => final.start < end && final.end > start);
    const command = during.length === 1 ? during[0]?.command : undefined;
    if (command === undefined) missed.push(`${text} → ${during.map((final) => final.text).join(' / ')}`);
    else if (filled(command.phrase, command.variables) !== text || command.phrase !== phrase)
      others.push(`${text} → ${filled(command.phrase, command.variables)}`);
  }
  return { given: said.length, right: said.length - others.length - missed.length, others, missed };
}

/** The phrase as it was said, in small letters and without hyphens. */
function filled(phrase: string, variables: Readonly<Record<string, string>>): string {
  return phrase
    .replace(/\{(\w+)\}/gu, (_, name: string) => variables[name] ?? '')
    .toLowerCase()
    .replaceAll('-', ' ');
}
