import type { AudioPart, FilePart, ImagePart } from '../../../llm/content-part';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { toGeminiMedia } from './gemini-media';

const FILE_OF_GOOGLE = 'https://generativelanguage.googleapis.com/v1beta/files/7';

function map(part: ImagePart | AudioPart | FilePart): { wire: unknown; listed: readonly string[] } {
  const dropped = new DroppedParameters();
  const wire = toGeminiMedia(part, dropped);
  return { wire, listed: dropped.list().map((one) => `${one.name} ${one.action}`) };
}

describe('toGeminiMedia', () => {
  it.each<[string, ImagePart | AudioPart | FilePart, object]>([
    [
      'bytes of an image inline',
      { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
      { inlineData: { mimeType: 'image/png', data: 'AA==' } },
    ],
    [
      'bytes of a sound inline',
      { type: 'audio', source: { kind: 'base64', mediaType: 'audio/wav', data: 'BB==' }, format: 'wav' },
      { inlineData: { mimeType: 'audio/wav', data: 'BB==' } },
    ],
    [
      'an address Google can fetch, with the type its ending tells',
      { type: 'image', source: { kind: 'url', url: 'https://x.example/a/cat.JPG?w=1' }, detail: 'auto' },
      { fileData: { fileUri: 'https://x.example/a/cat.JPG?w=1', mimeType: 'image/jpeg' } },
    ],
    [
      'an address that tells no type',
      { type: 'image', source: { kind: 'url', url: 'https://x.example/cat' } },
      { fileData: { fileUri: 'https://x.example/cat' } },
    ],
    ['a text as text', { type: 'file', source: { kind: 'text', text: 'plain' } }, { text: 'plain' }],
    [
      'a file that lies at Google',
      { type: 'file', source: { kind: 'file-id', fileId: FILE_OF_GOOGLE } },
      { fileData: { fileUri: FILE_OF_GOOGLE } },
    ],
  ])('sends %s', (_what, part, wire) => {
    expect(map(part)).toEqual({ wire, listed: [] });
  });

  it('reads the media type of bare bytes from the name of the file', () => {
    const source = { kind: 'base64' as const, mediaType: '', data: 'JVBE' };

    expect(map({ type: 'file', source, filename: 'report.PDF' })).toEqual({
      wire: { inlineData: { mimeType: 'application/pdf', data: 'JVBE' } },
      listed: ['messages.content.filename dropped'],
    });
    expect(map({ type: 'file', source, filename: 'x.constructor' })).toMatchObject({ wire: undefined });
  });
});
