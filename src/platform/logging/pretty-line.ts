import { isJsonObject, parseJson } from '../../common/json';

const SHOWN_FIRST = new Set(['level', 'time', 'logger', 'message', 'error']);

/** A log line for people: `10:30:00.123 INFO  http.access  message  key=value`. Control characters stay escaped. */
export function toPrettyLine(json: string): string {
  const entry = parseJson(json);
  if (!isJsonObject(entry)) return json;
  const time = textOf(entry['time']).slice(11, 23);
  const fields = Object.entries(entry)
    .filter(([key, value]) => !SHOWN_FIRST.has(key) && value !== undefined)
    .map(([key, value]) => `${key}=${textOf(value)}`);
  const head = [
    time,
    textOf(entry['level']).padEnd(8),
    textOf(entry['logger']).padEnd(12),
    textOf(entry['message']),
  ];
  return `${[...head, ...fields].join(' ').trimEnd()}${errorLines(entry['error'])}\n`;
}

/** JSON escapes what could start a new line or move the cursor of a terminal. */
function textOf(value: unknown): string {
  if (value === undefined) return '';
  const json = JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]/g, '?');
  return typeof value === 'string' ? json.slice(1, -1).replaceAll('\\"', '"') : json;
}

function errorLines(error: unknown): string {
  if (!isJsonObject(error)) return '';
  const stack =
    typeof error['stack'] === 'string' ? error['stack'].split('\n').map((line) => `\n  ${textOf(line)}`) : [];
  const cause = isJsonObject(error['cause']) ? `\n    caused by ${textOf(error['cause']['message'])}` : '';
  return `\n    ${textOf(error['type'])}: ${textOf(error['message'])}${stack.join('')}${cause}`;
}
