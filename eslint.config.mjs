// Type-aware strict linting, and who may import whom. test/layers.test.ts checks the same table without ESLint.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { importProblem } from './scripts/layers.mjs';
import { fromRoot } from './scripts/paths.mjs';

/** Reports imports that scripts/layers.mjs forbids. */
const layerRule = {
  create: (context) => {
    const path = fromRoot(context.filename);
    const check = ({ source }) => {
      const message = source && importProblem(path, source.value);
      if (message) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

/** The checker must give the same answer everywhere and every time. */
const pure = {
  files: [
    'server/src/{core,frameworks,operators,rules,triton,models}/**/*.ts',
    'server/src/{service,createService}.ts',
    'runtime-bridge/node/diagnosis/**/*.ts',
  ],
  rules: {
    'no-restricted-globals': [
      'error',
      'Date',
      'performance',
      'setTimeout',
      'setInterval',
      'process',
      'console',
      'fetch',
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'The checker has no chance in it.' },
    ],
    // Not failures but ways out: an operator that has its answer, a path that ends. They carry no stack to be fast.
    '@typescript-eslint/only-throw-error': [
      'error',
      {
        allow: ['Leave', 'NeedsExploring', 'OutOfBudget', 'PathEnds', 'Settled', 'TooDeep'].map((name) => ({
          from: 'file',
          name,
        })),
        allowRethrowing: true,
      },
    ],
  },
};

export default defineConfig(
  { ignores: ['node_modules/', 'dist/', '.cache/', 'test-results/', '**/*.generated.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Numbers in sentences are the product.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => log.show()` reads better than braces around it.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `items[i] as T` says what is there; `!` is not for the checker.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // An index signature that stands for foreign data is read with brackets.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Export by name.' }],
      eqeqeq: 'error',
      'object-shorthand': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: ['{client,server,cli,protocol,webviews}/src/**/*.ts', 'runtime-bridge/node/**/*.ts'],
    plugins: { house: { rules: { layers: layerRule } } },
    rules: { 'house/layers': 'error' },
  },
  pure,
  {
    files: ['test/**/*.ts'],
    rules: {
      // Seeds and counts go to the terminal.
      'no-console': 'off',
      // mocha's describe and it take promises that it waits for itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: ['describe', 'it', 'before', 'after', 'beforeEach', 'afterEach'] },
      ],
      '@typescript-eslint/no-unused-expressions': 'error',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: nodeGlobals() },
    rules: { 'object-shorthand': 'error', 'prefer-template': 'error', eqeqeq: 'error' },
  },
  // Runs inside the browser's page, not in Node.
  {
    files: ['test/e2e/driver/editorPage.mjs', 'bench/curves.mjs', 'bench/live/index.mjs'],
    languageOptions: {
      globals: {
        window: 'readonly',
        document: 'readonly',
        NodeFilter: 'readonly',
        WheelEvent: 'readonly',
        requestAnimationFrame: 'readonly',
      },
    },
  },
);

function nodeGlobals() {
  const names = [
    'process',
    'console',
    'Buffer',
    'URL',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'fetch',
    'performance',
    'TextDecoder',
    'structuredClone',
    'AbortSignal',
    'AbortController',
  ];
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
