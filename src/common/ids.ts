import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;
const POOL_BYTES = 4096;

const pool = Buffer.allocUnsafe(POOL_BYTES);
let poolOffset = POOL_BYTES;

/** What an id names; it stands in front so that a reader of a log knows what was pasted. */
export type IdPrefix =
  | 'req'
  | 'att'
  | 'hold'
  | 'lease'
  | 'dec'
  | 'org'
  | 'prj'
  | 'usr'
  | 'key'
  | 'job'
  | 'evt'
  | 'ses'
  | 'box'
  | 'exp'
  | 'bdg'
  | 'prc'
  | 'rtr'
  | 'rac';

/** What an organization keeps here: a provider credential. */
export type KeptIdPrefix = 'crd';

/**
 * Time-ordered unique id such as `req_01k8f3…`: 48 bits of milliseconds, 80 random bits, lower-case
 * Crockford base 32. Never contains `:` (BullMQ uses it as a separator).
 */
export function newId(prefix: IdPrefix | KeptIdPrefix, nowMs: number = Date.now()): string {
  return `${prefix}_${timePart(nowMs)}${randomPart()}`;
}

/** Milliseconds since the epoch at which an id of {@link newId} was made; undefined for foreign text. */
export function timeOfId(id: string): number | undefined {
  const start = id.indexOf('_') + 1;
  const text = id.slice(start, start + TIME_CHARACTERS);
  if (start === 0 || text.length < TIME_CHARACTERS) return undefined;
  let value = 0;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    value = value * 32 + digit;
  }
  return value;
}

let lastTime = { ms: Number.NaN, text: '' };

/** Many ids are made within one millisecond. */
function timePart(nowMs: number): string {
  const ms = Math.floor(nowMs);
  if (ms !== lastTime.ms) lastTime = { ms, text: encodeTime(ms) };
  return lastTime.text;
}

function encodeTime(ms: number): string {
  let rest = ms;
  let text = '';
  for (let i = 0; i < TIME_CHARACTERS; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Two characters for every ten random bits. */
const PAIRS = Array.from(
  { length: 1024 },
  (_, bits) => ALPHABET.charAt(bits >> 5) + ALPHABET.charAt(bits & 31),
);

function randomPart(): string {
  if (poolOffset + RANDOM_CHARACTERS > POOL_BYTES) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  let text = '';
  for (let i = 0; i < RANDOM_CHARACTERS; i += 2)
    text += PAIRS[pool.readUInt16LE(poolOffset + i) & 1023] ?? '';
  poolOffset += RANDOM_CHARACTERS;
  return text;
}
