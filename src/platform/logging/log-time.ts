let second = -1;
let prefix = '';

/** The `time` member of a log line, ISO 8601 in UTC; most of it is made once per second. */
export function logTime(nowMs = Date.now()): string {
  const wholeSeconds = Math.floor(nowMs / 1000);
  if (wholeSeconds !== second) {
    second = wholeSeconds;
    prefix = `,"time":"${new Date(wholeSeconds * 1000).toISOString().slice(0, 20)}`;
  }
  return `${prefix}${String(Math.floor(nowMs) - wholeSeconds * 1000).padStart(3, '0')}Z"`;
}
