import type { CacheMark, ContentPart, MediaSource } from '../../llm/content-part';
import { invalidField, type WireReader } from './wire-reader';

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+);base64,/;
const LONGEST_DATA_URL_HEADER = 128;

const PART_MEMBERS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    ['text', 'text'],
    ['refusal', 'refusal'],
    ['image_url', 'image_url'],
    ['input_audio', 'input_audio'],
    ['file', 'file'],
  ].map(([type = '', member = '']) => [type, new Set(['type', member, 'cache_control'])]),
);
const IMAGE_MEMBERS: ReadonlySet<string> = new Set(['url', 'detail']);
const AUDIO_MEMBERS: ReadonlySet<string> = new Set(['data', 'format']);
const FILE_MEMBERS: ReadonlySet<string> = new Set(['filename', 'file_id', 'file_data']);

/** Reads one content part of a message. Types we do not know travel on as native parts. */
export function parsePart(part: WireReader): ContentPart {
  const cacheMark = parseCacheMark(part);
  const parsed = parseKnownPart(part);
  return cacheMark ? { ...parsed, cacheMark } : parsed;
}

function parseKnownPart(part: WireReader): ContentPart {
  const type = part.requiredText('type');
  const known = PART_MEMBERS.get(type);
  if (known) part.ignoreRest(known);
  switch (type) {
    case 'text':
      return { type: 'text', text: part.requiredText('text') };
    case 'refusal':
      return { type: 'refusal', text: part.requiredText('refusal') };
    case 'image_url':
      return parseImage(part);
    case 'input_audio':
      return parseAudio(part.requiredChild('input_audio'));
    case 'file':
      return parseFile(part.requiredChild('file'));
    default:
      return { type: 'native', dialect: 'openai-chat', value: part.source };
  }
}

/** `cache_control` as Anthropic defines it; several OpenAI-like clients send it on parts and tools. */
export function parseCacheMark(part: WireReader): CacheMark | undefined {
  const mark = part.child('cache_control');
  if (!mark) return undefined;
  const ttl = mark.text('ttl') ?? '5m';
  if (ttl !== '5m' && ttl !== '1h') throw invalidField(mark.path('ttl'), "expected '5m' or '1h'");
  return { ttl };
}

function parseImage(part: WireReader): ContentPart {
  // Some clients send the URL itself instead of the object around it.
  if (typeof part.source['image_url'] === 'string')
    return { type: 'image', source: mediaSourceOf(part.source['image_url']) };
  const image = part.requiredChild('image_url');
  image.ignoreRest(IMAGE_MEMBERS);
  const detail = image.text('detail');
  return {
    type: 'image',
    source: mediaSourceOf(image.requiredText('url')),
    ...(detail !== undefined && { detail }),
  };
}

function parseAudio(audio: WireReader): ContentPart {
  audio.ignoreRest(AUDIO_MEMBERS);
  const format = audio.requiredText('format');
  return {
    type: 'audio',
    format,
    source: { kind: 'base64', mediaType: `audio/${format}`, data: audio.requiredText('data') },
  };
}

function parseFile(file: WireReader): ContentPart {
  file.ignoreRest(FILE_MEMBERS);
  const filename = file.text('filename');
  const fileId = file.text('file_id');
  const data = file.text('file_data');
  if (fileId === undefined && data === undefined)
    throw invalidField(file.path('file_data'), "either 'file_data' or 'file_id' is required");
  if (fileId !== undefined && data !== undefined) file.ignore('file_data');
  const source: MediaSource = fileId !== undefined ? { kind: 'file-id', fileId } : fileSourceOf(data ?? '');
  return { type: 'file', source, ...(filename !== undefined && { filename }) };
}

/** Unlike an image, a file's data is never a link: without the form of a data URL it is bare base64. */
function fileSourceOf(data: string): MediaSource {
  const source = mediaSourceOf(data);
  return source.kind === 'url' ? { kind: 'base64', mediaType: '', data } : source;
}

/** Splits a data URL without copying its payload more than once; anything else is a link. */
function mediaSourceOf(url: string): MediaSource {
  const match = DATA_URL.exec(url.slice(0, LONGEST_DATA_URL_HEADER));
  if (!match) return { kind: 'url', url };
  return { kind: 'base64', mediaType: match[1] ?? '', data: url.slice(match[0].length), dataUrl: url };
}
