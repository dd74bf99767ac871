import { isIP } from 'node:net';

/** How many leading bits of an address name its network. */
export interface NetworkBits {
  readonly v4Bits: number;
  readonly v6Bits: number;
}

const V4_BYTES = 4;
const V6_GROUPS = 8;
const GROUP_BITS = 16;

/**
 * The network of an address in CIDR form, such as `10.1.2.0/24` or `2001:db8:1::/48` (groups written out). An IPv4 address
 * in IPv6 form counts as IPv4. `unknown` for anything that is no address.
 */
export function networkOf(address: string | undefined, bits: NetworkBits): string {
  const plain = withoutMapping(address ?? '');
  const family = isIP(plain);
  if (family === 4) return `${maskedV4(plain, bits.v4Bits)}/${bits.v4Bits}`;
  if (family === 6) return `${maskedV6(plain, bits.v6Bits)}/${bits.v6Bits}`;
  return 'unknown';
}

function withoutMapping(address: string): string {
  const lower = address.toLowerCase();
  const rest = lower.startsWith('::ffff:') ? lower.slice('::ffff:'.length) : '';
  return isIP(rest) === 4 ? rest : lower;
}

function maskedV4(address: string, bits: number): string {
  const bytes = address.split('.').map(Number);
  return Array.from(
    { length: V4_BYTES },
    (_, index) => (bytes[index] ?? 0) & maskFor(bits - index * 8, 8),
  ).join('.');
}

function maskedV6(address: string, bits: number): string {
  const groups = expand(address.split('%')[0] ?? '');
  return groups
    .map((group, index) => (group & maskFor(bits - index * GROUP_BITS, GROUP_BITS)).toString(16))
    .join(':');
}

function maskFor(bits: number, width: number): number {
  const kept = Math.min(Math.max(bits, 0), width);
  return ((1 << width) - 1) & ~((1 << (width - kept)) - 1);
}

/** The eight groups of an IPv6 address; a dotted tail counts as two. */
function expand(address: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    dotted === null ? address : address.slice(0, dotted.index) + groupsOf(dotted.slice(1).map(Number));
  const [head = '', tail] = text.split('::');
  const first = parseGroups(head);
  const last = tail === undefined ? [] : parseGroups(tail);
  const gap = Array<number>(Math.max(0, V6_GROUPS - first.length - last.length)).fill(0);
  return [...first, ...gap, ...last].slice(0, V6_GROUPS);
}

function groupsOf(bytes: readonly number[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function parseGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
