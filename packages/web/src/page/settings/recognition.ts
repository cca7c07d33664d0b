import type { TranscriberOptions } from '@auscult/client';
import type { Settings } from './settings.js';

/** What the page asks of recognition, of live speech and of recordings alike. */
export function recognitionOptionsOf({
  writtenForm,
  dictationCommands,
  speakers,
}: Settings): Pick<TranscriberOptions, 'words' | 'writtenForm' | 'dictationCommands' | 'speakers'> {
  return {
    words: true,
    writtenForm: writtenForm ? 'on' : 'off',
    dictationCommands: dictationCommands ? 'on' : 'off',
    speakers: speakers === 'off' || speakers === 'auto' ? speakers : Number(speakers),
  };
}
