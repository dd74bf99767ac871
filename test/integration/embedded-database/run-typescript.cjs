// Runs a TypeScript file in a process of its own: node run-typescript.cjs <file> [arguments]
require('../../../src/platform/database/embedded/typescript-worker.cjs');
require(process.argv[2]);
