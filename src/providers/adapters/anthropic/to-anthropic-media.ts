import type { FilePart, ImagePart, MediaSource } from '../../../llm/content-part';
import { isSameDialect, type MappingContext, type WireObject } from './mapping-context';

const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const PDF = 'application/pdf';
/** `%PDF-` in base64: some clients send a file without saying what it is. */
const PDF_MAGIC = 'JVBERi0';
const TEXT_TYPES = /^(?:text\/|application\/(?:json|xml|yaml)$)/;

/** An image block; undefined, and reported, when the vendor or the model cannot see it. */
export function toImageBlock(part: ImagePart, context: MappingContext): WireObject | undefined {
  const { dropped } = context;
  if (!context.call.traits.vision) return refused(context, 'the model sees no images');
  if (part.detail !== undefined && part.detail !== 'auto')
    dropped.drop('messages.image_url.detail', 'the provider decides the resolution');
  const source = toImageSource(part.source, context);
  return source ? { type: 'image', source } : undefined;
}

function toImageSource(source: MediaSource, context: MappingContext): WireObject | undefined {
  if (source.kind === 'url') return { type: 'url', url: source.url };
  if (source.kind === 'file-id') return toFileReference(source.fileId, context);
  const mediaType = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType;
  if (IMAGE_TYPES.has(mediaType)) return { type: 'base64', media_type: mediaType, data: source.data };
  return refused(context, 'an image that is neither JPEG, PNG, GIF nor WebP');
}

/** A document block, or an image block for a file that is an image. */
export function toFileBlock(part: FilePart, context: MappingContext): WireObject | undefined {
  if (part.source.kind === 'base64' && part.source.mediaType.startsWith('image/'))
    return toImageBlock({ type: 'image', source: part.source }, context);
  const source = toDocumentSource(part, context);
  if (!source) return undefined;
  const title = part.title ?? part.filename;
  return {
    type: 'document',
    source,
    ...(title !== undefined && { title }),
    ...(part.context !== undefined && { context: part.context }),
    ...(part.citationsEnabled !== undefined && { citations: { enabled: part.citationsEnabled } }),
  };
}

function toDocumentSource({ source }: FilePart, context: MappingContext): WireObject | undefined {
  switch (source.kind) {
    case 'url':
      return { type: 'url', url: source.url };
    case 'file-id':
      return toFileReference(source.fileId, context);
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text };
    case 'base64':
      if (source.mediaType === PDF || source.data.startsWith(PDF_MAGIC))
        return { type: 'base64', media_type: PDF, data: source.data };
      if (TEXT_TYPES.test(source.mediaType))
        return {
          type: 'text',
          media_type: 'text/plain',
          data: Buffer.from(source.data, 'base64').toString('utf8'),
        };
      return refused(context, 'a file that is neither PDF, text nor image');
  }
}

/** Ids of files are a vendor's own: those of another would name nothing here. */
function toFileReference(fileId: string, context: MappingContext): WireObject | undefined {
  return isSameDialect(context)
    ? { type: 'file', file_id: fileId }
    : refused(context, 'a file id of another provider');
}

function refused({ dropped }: MappingContext, detail: string): WireObject | undefined {
  dropped.drop('messages.content', detail);
  return undefined;
}
