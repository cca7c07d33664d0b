import comments from '@eslint-community/eslint-plugin-eslint-comments/configs';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const defaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: one thing has one name everywhere.',
};

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', 'bench/results/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  comments.recommended,
  { rules: { '@eslint-community/eslint-comments/require-description': 'error' } },
  tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: {
        project: [
          'packages/*/tsconfig.json',
          'packages/web/src/page/tsconfig.json',
          'lexicon/tsconfig.json',
          'bench/tsconfig.json',
          'fuzz/tsconfig.json',
          'tsconfig.test.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: ['packages/**/*.ts', 'lexicon/**/*.ts', 'bench/**/*.ts', 'fuzz/**/*.ts'],
    // Declarations describe modules of others as they are.
    ignores: ['**/*.d.ts'],
    rules: {
      'no-restricted-syntax': ['error', defaultExport],
    },
  },
  {
    files: ['packages/{asr,server}/src/**/*.ts', 'bench/src/**/*.ts'],
    ignores: ['packages/asr/src/families/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        defaultExport,
        {
          selector: 'Literal[value=/^(moonshine|whisper)$/]',
          message: 'Ask the model family, see families/model-family.ts, not for its name.',
        },
      ],
    },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
