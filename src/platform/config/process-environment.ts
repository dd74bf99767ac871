import type { RawSettings } from './load-config';

/** The environment of this process; the only place that looks at it. */
export function processEnvironment(): RawSettings {
  return process.env;
}
