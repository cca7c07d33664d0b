/** The programs that are started beside the server. */
export type ChildProgram =
  /** Recognises speech, prepares a model's graphs, or tries a device. */
  | 'inference'
  /** Decodes recordings. */
  | 'decoder'
  /** ffmpeg and ffprobe. */
  | 'ffmpeg';

/**
 * The environment of a child process: the variables that it cannot do without, by name, and nothing else. The
 * server's own holds the master key, the address of the database and whatever else its operator put there, and
 * everything in it can be read in `/proc/PID/environ` for as long as the child runs.
 */
export function childEnvironment(program: ChildProgram): Record<string, string> {
  return Object.fromEntries(
    needs[program].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Variables that say where libraries are that are not in the system's own folders; on Windows, where any library is. */
const LIBRARIES = [
  ...['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'DYLD_FALLBACK_LIBRARY_PATH'],
  ...(process.platform === 'win32' ? ['SystemRoot', 'windir', 'PATH', 'Path'] : []),
];

/** Variables that the driver and the runtime of NVIDIA read. */
const CUDA = [
  'CUDA_VISIBLE_DEVICES',
  'CUDA_DEVICE_ORDER',
  'CUDA_MODULE_LOADING',
  'CUDA_MPS_PIPE_DIRECTORY',
  'CUDA_MPS_LOG_DIRECTORY',
  'CUDA_CACHE_DISABLE',
  'CUDA_CACHE_MAXSIZE',
  'CUDA_CACHE_PATH',
  'CUDA_PATH',
  'NVIDIA_VISIBLE_DEVICES',
  'NVIDIA_DRIVER_CAPABILITIES',
  'NVIDIA_TF32_OVERRIDE',
];

const needs: Readonly<Record<ChildProgram, readonly string[]>> = {
  // The driver keeps compiled kernels in the home folder; a device is tried with a temporary file.
  inference: [...LIBRARIES, ...CUDA, 'HOME', 'TMPDIR', 'TEMP', 'TMP'],
  decoder: LIBRARIES,
  ffmpeg: LIBRARIES,
};
