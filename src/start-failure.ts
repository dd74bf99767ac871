import { ConfigProblems } from './platform/config/load-config';

/** Says why the start failed and ends the process. Most causes are settings, so people get a sentence, not a stack trace. */
export function failStart(error: unknown): void {
  if (error instanceof ConfigProblems) console.error(`${error.message}\nSee docs/configuration.md.`);
  else console.error(`ModelMuxer could not start: ${reasonOf(error)}`);
  process.exitCode = 1;
  // Whatever was opened before the failure must not keep the process alive.
  setTimeout(() => process.exit(1), 500).unref();
}

/** The message when somebody wrote one for people; programming mistakes keep their stack. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMistake =
    error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return isMistake ? (error.stack ?? error.message) : error.message;
}
