import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Syntax nobody needs here; every entry says what to do instead. */
const forbiddenSyntax = {
  processEnv: [
    {
      selector: "MemberExpression[object.name='process'][property.name='env']",
      message: 'Read settings from a config class; process.env is read in src/platform/config only.',
    },
    {
      selector: "MemberExpression[object.name='process'][property.value='env']",
      message: 'Read settings from a config class; process.env is read in src/platform/config only.',
    },
    {
      selector: "VariableDeclarator[init.name='process'] Property[key.name='env']",
      message: 'Read settings from a config class; process.env is read in src/platform/config only.',
    },
    {
      selector: "ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='env']",
      message: 'Read settings from a config class; process.env is read in src/platform/config only.',
    },
  ],
  defaultExport: [
    { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
    { selector: "ExportSpecifier[exported.name='default']", message: 'Use a named export.' },
  ],
  barrels: [
    { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that declares the name.' },
  ],
  moduleMocks: [
    {
      selector:
        "CallExpression[callee.object.name='jest'][callee.property.name=/^(mock|doMock|setMock|unstable_mockModule)$/]",
      message: 'Pass a fake in instead of mocking a module.',
    },
  ],
  injection: [
    {
      selector: "Decorator > CallExpression[callee.name='Inject'] > Literal",
      message: 'Inject a class, or a Symbol declared beside the contract; no string tokens.',
    },
    {
      selector:
        "Decorator > CallExpression[callee.name='Injectable'] Property[key.name='scope'][value.property.name=/^(REQUEST|TRANSIENT)$/]",
      message: 'Request-scoped providers are rebuilt per request; pass the value as an argument.',
    },
  ],
};

const restricted = (...groups) => ['error', ...groups.flatMap((group) => forbiddenSyntax[group])];

const lazyInjection = [
  {
    name: '@nestjs/common',
    importNames: ['forwardRef'],
    message: 'A forwardRef hides a cycle: move the shared part down a layer.',
  },
  {
    name: '@nestjs/core',
    importNames: ['ModuleRef', 'LazyModuleLoader'],
    message: 'Look-ups hide an edge: inject the class.',
  },
];

const globalModule = {
  name: '@nestjs/common',
  importNames: ['Global'],
  message: 'Global modules are for config, database, telemetry and the audit trail only.',
};

const fileExtensions = {
  regex: '^\\.{1,2}/.*\\.(js|ts|mjs|cjs)$',
  message: 'Relative imports carry no file extension.',
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.cache/', '.modelmuxer/', 'docs/', 'helm/', 'k8s/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  // Plain JavaScript: tools and configuration files. They run before anything is installed and report to a terminal.
  {
    files: ['**/*.{mjs,cjs,js}'],
    ...js.configs.recommended,
    languageOptions: {
      globals: {
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        module: 'writable',
        performance: 'readonly',
        process: 'readonly',
        require: 'readonly',
        setInterval: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules: {
      ...js.configs.recommended.rules,
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'max-params': ['error', { max: 4 }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      'prefer-const': 'error',
    },
  },

  // All TypeScript.
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // DTO classes describe shapes for validation and Swagger; controllers answer with plain objects of that shape.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowRethrowing: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Skips files with decorators by itself because emitDecoratorMetadata is on: injected classes stay value imports.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNever: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/max-params': ['error', { max: 4, countVoidThis: false }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': restricted('moduleMocks'),
      'no-restricted-imports': ['error', { paths: lazyInjection, patterns: [fileExtensions] }],
    },
  },

  // Shipped code.
  {
    files: ['src/**/*.ts', 'ormconfig.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': restricted(
        'processEnv',
        'defaultExport',
        'barrels',
        'moduleMocks',
        'injection',
      ),
      'no-restricted-imports': [
        'error',
        { paths: [...lazyInjection, globalModule], patterns: [fileExtensions] },
      ],
    },
  },
  // The configuration module is the only reader of the environment.
  {
    files: ['src/platform/config/**/*.ts'],
    rules: {
      'no-restricted-syntax': restricted('defaultExport', 'barrels', 'moduleMocks', 'injection'),
    },
  },
  {
    files: ['src/platform/{config,database}/**/*.ts', 'src/telemetry/**/*.ts', 'src/audit/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: lazyInjection, patterns: [fileExtensions] }] },
  },
  // The TypeORM command line reads the data source as a default export.
  {
    files: ['ormconfig.ts'],
    rules: { 'no-restricted-syntax': restricted('processEnv', 'barrels', 'moduleMocks') },
  },
  // The start lines (address, key, curl example) go to the terminal of whoever started the process.
  {
    files: [
      'src/main.ts',
      'src/rotate-credentials.ts',
      'src/worker.ts',
      'src/prepare-node.ts',
      'src/audit-verify.ts',
      'src/replay.ts',
      'src/start-failure.ts',
      'src/stop-on-signals.ts',
    ],
    rules: { 'no-console': 'off' },
  },

  // A constructor lists dependencies, so it may have six parameters; other functions take an options object earlier.
  {
    files: ['src/**/*.ts'],
    plugins: { local: { rules: { 'constructor-params': constructorParams(6) } } },
    rules: {
      '@typescript-eslint/max-params': 'off',
      'local/constructor-params': ['error'],
    },
  },

  // Tests say what they guarantee at length and look at loosely typed answers.
  {
    files: ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-params': ['error', { max: 6 }],
      'no-console': 'off',
      // Jest's asymmetric matchers are typed as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  { files: ['src/**/*.spec.ts'], rules: { 'local/constructor-params': 'off' } },
);

/** max-params with one bound for constructors and a lower one (four) for every other function. */
function constructorParams(constructorMax) {
  const otherMax = 4;
  return {
    meta: {
      type: 'suggestion',
      schema: [],
      messages: { tooMany: '{{kind}} has {{count}} parameters; at most {{max}} are allowed.' },
    },
    create(context) {
      const check = (node) => {
        const isConstructor = node.parent?.type === 'MethodDefinition' && node.parent.kind === 'constructor';
        const max = isConstructor ? constructorMax : otherMax;
        if (node.params.length > max) {
          const data = {
            kind: isConstructor ? 'Constructor' : 'Function',
            count: String(node.params.length),
            max: String(max),
          };
          context.report({ node, messageId: 'tooMany', data });
        }
      };
      return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
    },
  };
}
