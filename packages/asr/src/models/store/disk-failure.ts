import { SpeechError } from '../../speech-error.js';

/** The failure that a file system error means if it occurs while a model is written; other errors are returned as they are. */
export function failureOfDisk(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
    case 'ENOENT':
      return notWritable(folder, error);
    default:
      return error;
  }
}

/** The error for a folder that cannot be written to. */
export function notWritable(folder: string, cause: unknown): SpeechError {
  return new SpeechError(
    'model_directory_not_writable',
    `The model folder '${folder}' cannot be written to.`,
    'Give this user permission to write there, or choose another with --model-directory or AUSCULT_MODEL_DIRECTORY.',
    { cause },
  );
}

/** The error for a disk with too little space for what is to be written, bytes. */
export function diskFull(
  folder: string,
  room?: { readonly needed: number; readonly free: number },
): SpeechError {
  const numbers = room ? `: ${megabytes(room.needed)} are needed and ${megabytes(room.free)} are free` : '';
  return new SpeechError(
    'disk_full',
    `There is no room for the model in '${folder}'${numbers}.`,
    'Free space there, remove models with `auscult models remove`, or choose another disk with --model-directory.',
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
