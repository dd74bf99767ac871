import { enableCompileCache } from 'node:module';

const MINIMUM = [24, 11] as const;

/** Loaded first: an older Node fails later with messages that nobody understands. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  console.error(
    `ModelMuxer needs Node ${MINIMUM.join('.')} or newer, this is ${process.versions.node}. ` +
      'Start it with "npm start" (or "npm run quickstart"), which bring the right Node along.',
  );
  process.exit(1);
}

/** Keeps the compiled form of all modules loaded after this one in the temporary folder: later starts are faster. */
enableCompileCache();
