/** Size of a picture. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** A PNG or WebP says its size in its first bytes. */
const HEADER_CHARACTERS = 64;
/** Of a JPEG this much is searched for its frame header: behind it are only thumbnails and colour profiles. */
const SEARCHED_CHARACTERS = 349_528;

/**
 * Width and height from the beginning of a picture in base64: PNG, JPEG, WebP. Undefined for everything else, and for a GIF,
 * whose frames may be larger than it says. Goes by the content, whatever media type the client states.
 */
export function pixelsOf(base64: string): Pixels | undefined {
  const head = Buffer.from(base64.slice(0, HEADER_CHARACTERS), 'base64');
  if (head.length < 30) return undefined;
  const pixels = ofPng(head) ?? ofWebp(head) ?? ofJpeg(head, base64);
  return pixels && pixels.width > 0 && pixels.height > 0 ? pixels : undefined;
}

function ofPng(head: Buffer): Pixels | undefined {
  const isPng = head.readUInt32BE(0) === 0x89504e47 && head.toString('latin1', 12, 16) === 'IHDR';
  return isPng ? { width: head.readUInt32BE(16), height: head.readUInt32BE(20) } : undefined;
}

function ofWebp(head: Buffer): Pixels | undefined {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WEBP') return undefined;
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

function ofJpeg(head: Buffer, base64: string): Pixels | undefined {
  if (head.readUInt16BE(0) !== 0xffd8) return undefined;
  const bytes = Buffer.from(base64.slice(0, SEARCHED_CHARACTERS), 'base64');
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (isFrameHeader(marker))
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    // Fill bytes may stand before a marker.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15 but for the three that mean something else: DHT, JPG, DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
