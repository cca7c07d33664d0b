import { rmSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';

/** The programs that are bundled, by the names of their files. */
const PROGRAMS: Readonly<Record<string, string>> = {
  main: fileURLToPath(new URL('../cli/main.js', import.meta.url)),
  'worker-main': fileURLToPath(
    new URL('./inference/worker/worker-main.js', import.meta.resolve('@auscult/asr')),
  ),
  'voice-main': fileURLToPath(
    new URL('./speakers/process/voice-main.js', import.meta.resolve('@auscult/asr')),
  ),
};

/** Packages that hold machine code, or that find their own files by where they are. */
const APART = [
  '@auscult/onnxruntime',
  '@node-rs/argon2',
  '@photostructure/sqlite',
  'pino',
  'pg',
  'mpg123-decoder',
  'ogg-opus-decoder',
  '@wasm-audio-decoders/flac',
  '@wasm-audio-decoders/ogg-vorbis',
  '@echogarden/speex-resampler-wasm/simd',
];

/** Comments and spaces are a third of what the engine would have to read. Names stay, since stacks and logs show them. */
const WITHOUT_SPACES = { compress: false, mangle: false, codegen: { removeWhitespace: true } } as const;

/**
 * Joins the compiled modules of the command line and of the processes that infer, and those that they import, into a few
 * files in `folder`: to find and link over a thousand of them one by one takes longer than all else that a start does.
 * Whatever else is started or read by its place stays where it was compiled, so the folder works only in this checkout.
 */
export async function bundlePrograms(folder: string): Promise<void> {
  const bundle = await rolldown({
    input: { ...PROGRAMS },
    platform: 'node',
    external: APART,
    plugins: [keepPlaces(folder)],
  });
  try {
    rmSync(folder, { recursive: true, force: true });
    await bundle.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      sourcemap: true,
      minify: WITHOUT_SPACES,
    });
  } finally {
    await bundle.close();
  }
}

/** Has modules find what lies beside them although they are elsewhere now, and the programs find each other's bundles. */
function keepPlaces(folder: string): Plugin {
  return {
    name: 'keep-places',
    transform(code, module) {
      if (!code.includes('import.meta.url')) return undefined;
      const place = `new URL(${inCode(relative(folder, module))}, import.meta.url)`;
      const placed = code.replace(
        /new URL\('(\.[^']+)', import\.meta\.url\)|import\.meta\.url/g,
        (_, path: string | undefined) => {
          if (path === undefined) return `${place}.href`;
          const program = programIn(resolve(dirname(module), path));
          return program === undefined
            ? `new URL('${path}', ${place})`
            : `new URL('./${program}.js', import.meta.url)`;
        },
      );
      // Lines stay where they are.
      return { code: placed, map: null };
    },
  };
}

function programIn(file: string): string | undefined {
  return Object.keys(PROGRAMS).find((name) => PROGRAMS[name] === file);
}

/** A path in the file system as the text of a relative address. */
function inCode(path: string): string {
  return JSON.stringify(path.split(sep).map(encodeURIComponent).join('/'));
}
