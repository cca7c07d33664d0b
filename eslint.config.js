import comments from '@eslint-community/eslint-plugin-eslint-comments/configs';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const defaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: one thing has one name everywhere.',
};

export default defineConfig(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      'coverage/',
      'bench/results/',
      'packages/web/src/localize/generated/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  comments.recommended,
  { rules: { '@eslint-community/eslint-comments/require-description': 'error' } },
  tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'packages/*/tsconfig.json',
          'packages/web/src/localize/tsconfig.json',
          'packages/web/src/page/tsconfig.json',
          'packages/web/src/console/tsconfig.json',
          'lexicon/tsconfig.json',
          'bench/tsconfig.json',
          'fuzz/tsconfig.json',
          'tsconfig.test.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A number in a message is meant to be read as it is; all else is as in the set above.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowAny: false, allowBoolean: false, allowNullish: false, allowRegExp: false },
      ],
      // What returns nothing may end with what returns nothing: `() => stop()`, `if (isOver) return stop();`.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // What was caught, which may be anything, is passed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: false, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: ['**/test/**/*.ts'],
    rules: {
      // The matchers of Vitest are of the type `any`, so that they fit wherever they are expected.
      '@typescript-eslint/no-unsafe-assignment': 'off',
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
    ignores: ['packages/asr/src/families/**', '**/*.d.ts'],
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
  {
    files: ['**/test/**/*.test.ts'],
    ignores: ['**/*.{apart,slow,long}.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        defaultExport,
        {
          selector: "CallExpression[callee.object.name='vi'][callee.property.name=/^(mock|doMock)$/]",
          message:
            'Other files in the same process would get the module as well: name this one NAME.apart.test.ts.',
        },
      ],
    },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
