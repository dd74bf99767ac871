// Transformed to CommonJS so that jest needs no Node flag: packages that ship ES modules only or import dynamically.
const esmPackages = [
  '@nestjs',
  '@mistralai/mistralai',
  'nestjs-pino',
  'cockatiel',
  '@opentelemetry/otlp-exporter-base',
  'openid-client',
  'oauth4webapi',
  'jose',
].join('|');

export const base = {
  testEnvironment: 'node',
  rootDir: import.meta.dirname,
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.cache'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transformIgnorePatterns: [`node_modules/(?!(${esmPackages})/)`],
  transform: {
    '^.+\\.(ts|js|mjs|cjs)$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
};

/** Suites that boot the application, or need a database or a server, have a folder each; the rest is `unit`. */
const folders = ['integration', 'e2e', 'compatibility', 'litellm'];

const project = (name, settings) => ({ ...base, displayName: name, ...settings });

export default {
  // Hooks that start an application take many times as long on a busy machine.
  testTimeout: 90_000,
  projects: [
    project('unit', {
      testRegex: '\\.spec\\.ts$',
      testPathIgnorePatterns: ['/node_modules/', `<rootDir>/test/(${folders.join('|')})/`],
    }),
    ...folders.map((name) => project(name, { testRegex: `/test/${name}/.*\\.spec\\.ts$` })),
  ],
};
