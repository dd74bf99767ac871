import type { AudioPart, FilePart, ImagePart, MediaSource } from '../../../llm/content-part';
import type { DroppedParameters } from '../../wire/dropped-parameters';

type WireObject = Record<string, unknown>;

const FILES_OF_GOOGLE = 'https://generativelanguage.googleapis.com/';
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  xml: 'text/xml',
  json: 'application/json',
  wav: 'audio/wav',
  mp3: 'audio/mp3',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  aac: 'audio/aac',
  mp4: 'video/mp4',
  webm: 'video/webm',
};

/** An image, sound or document as a part of Gemini's; undefined (and reported) when it cannot be one. */
export function toGeminiMedia(
  part: ImagePart | AudioPart | FilePart,
  dropped: DroppedParameters,
): WireObject | undefined {
  reportDetails(part, dropped);
  const { source } = part;
  if (source.kind === 'text') return { text: source.text };
  if (source.kind === 'response-id') {
    dropped.drop('messages.content', 'audio of an earlier answer, given by its id');
    return undefined;
  }
  return toData(source, part.type === 'file' ? part.filename : undefined, dropped);
}

function toData(
  source: MediaSource,
  filename: string | undefined,
  dropped: DroppedParameters,
): WireObject | undefined {
  switch (source.kind) {
    case 'base64': {
      const mimeType = source.mediaType || mediaTypeOf(filename ?? '');
      if (mimeType !== undefined) return { inlineData: { mimeType, data: source.data } };
      dropped.drop('messages.content', 'a file without a media type');
      return undefined;
    }
    case 'url':
      // Gemini fetches public addresses itself, over TLS only; we never fetch on its behalf.
      if (/^https:\/\//i.test(source.url)) return toFileData(source.url);
      dropped.drop('messages.content', 'an address that is not https');
      return undefined;
    case 'file-id':
      if (source.fileId.startsWith(FILES_OF_GOOGLE)) return toFileData(source.fileId);
      dropped.drop('messages.content', 'a file id of another provider');
      return undefined;
  }
}

function toFileData(uri: string): WireObject {
  const mimeType = URL.canParse(uri) ? mediaTypeOf(new URL(uri).pathname) : undefined;
  return { fileData: { fileUri: uri, ...(mimeType !== undefined && { mimeType }) } };
}

function mediaTypeOf(name: string): string | undefined {
  const extension = /\.([a-z0-9]{2,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(MEDIA_TYPES, extension) ? MEDIA_TYPES[extension] : undefined;
}

/** What people say about a medium besides its bytes; Gemini's API has no place for it. */
function reportDetails(part: ImagePart | AudioPart | FilePart, dropped: DroppedParameters): void {
  if (part.type === 'image') {
    if (part.detail !== undefined && part.detail !== 'auto') dropped.drop('messages.content.detail');
    return;
  }
  const details =
    part.type === 'audio'
      ? { transcript: part.transcript }
      : {
          filename: part.filename,
          title: part.title,
          context: part.context,
          citations: part.citationsEnabled,
        };
  for (const [name, value] of Object.entries(details))
    if (value !== undefined) dropped.drop(`messages.content.${name}`);
}
