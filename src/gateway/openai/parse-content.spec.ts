import { AppError } from '../../common/app-error';
import type { ContentPart } from '../../llm/content-part';
import { parsePart } from './parse-content';
import { readerOf } from './wire-reader';

function parse(part: object): ContentPart {
  return parsePart(readerOf(part));
}

function refusedParam(part: object): string | undefined {
  try {
    parse(part);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).param;
  }
}

describe('parsePart', () => {
  it.each<[object, ContentPart]>([
    [
      { type: 'text', text: ' a\n' },
      { type: 'text', text: ' a\n' },
    ],
    [
      { type: 'refusal', refusal: 'no' },
      { type: 'refusal', text: 'no' },
    ],
    [
      { type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'high' } },
      { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' }, detail: 'high' },
    ],
    [
      { type: 'image_url', image_url: 'https://x.test/a.png' },
      { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } },
    ],
    [
      { type: 'image_url', image_url: { url: 'data:image/svg+xml;base64,QUJD' } },
      {
        type: 'image',
        source: {
          kind: 'base64',
          mediaType: 'image/svg+xml',
          data: 'QUJD',
          dataUrl: 'data:image/svg+xml;base64,QUJD',
        },
      },
    ],
    [
      { type: 'image_url', image_url: { url: 'data:text/plain;charset=utf-8;base64,QUJD' } },
      { type: 'image', source: { kind: 'url', url: 'data:text/plain;charset=utf-8;base64,QUJD' } },
    ],
    [
      { type: 'input_audio', input_audio: { data: 'QUJD', format: 'wav' } },
      { type: 'audio', format: 'wav', source: { kind: 'base64', mediaType: 'audio/wav', data: 'QUJD' } },
    ],
    [
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'file', source: { kind: 'file-id', fileId: 'file-1' } },
    ],
    [
      { type: 'file', file: { file_data: 'data:application/pdf;base64,QUJD', filename: 'a.pdf' } },
      {
        type: 'file',
        filename: 'a.pdf',
        source: {
          kind: 'base64',
          mediaType: 'application/pdf',
          data: 'QUJD',
          dataUrl: 'data:application/pdf;base64,QUJD',
        },
      },
    ],
    [
      { type: 'file', file: { file_data: 'QUJD' } },
      { type: 'file', source: { kind: 'base64', mediaType: '', data: 'QUJD' } },
    ],
    [
      { type: 'video_url', video_url: { url: 'https://x.test/a.mp4' } },
      {
        type: 'native',
        dialect: 'openai-chat',
        value: { type: 'video_url', video_url: { url: 'https://x.test/a.mp4' } },
      },
    ],
  ])('reads %j', (part, expected) => {
    expect(parse(part)).toEqual(expected);
  });

  it.each([
    [{ type: 'ephemeral' }, '5m'],
    [{ type: 'ephemeral', ttl: '1h' }, '1h'],
  ])('keeps the cache mark %j', (cache_control, ttl) => {
    expect(parse({ type: 'text', text: 'x', cache_control })).toEqual({
      type: 'text',
      text: 'x',
      cacheMark: { ttl },
    });
  });

  it('keeps members nobody reads by their path', () => {
    const part = readerOf({
      type: 'image_url',
      image_url: { url: 'https://x.test', alt: 'a' },
      annotations: [1],
    });

    parsePart(part);

    expect(part.unread()).toEqual({ annotations: [1], 'image_url.alt': 'a' });
  });

  it('reports file data that stands beside a file id', () => {
    const part = readerOf({ type: 'file', file: { file_id: 'f', file_data: 'QUJD' } });

    expect(parsePart(part)).toEqual({ type: 'file', source: { kind: 'file-id', fileId: 'f' } });
    expect(part.unread()).toEqual({ 'file.file_data': 'QUJD' });
  });

  it('splits ten megabytes of data URL at once', () => {
    const data = 'QUJD'.repeat(2_500_000);

    const part = parse({ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } });

    expect(part.type === 'image' && part.source.kind === 'base64' && part.source.data === data).toBe(true);
  });

  it.each<[string, object]>([
    ['type', {}],
    ['type', { type: 5 }],
    ['text', { type: 'text' }],
    ['text', { type: 'text', text: { toString: 'x' } }],
    ['refusal', { type: 'refusal', text: 'x' }],
    ['image_url', { type: 'image_url' }],
    ['image_url', { type: 'image_url', image_url: 5 }],
    ['image_url.url', { type: 'image_url', image_url: {} }],
    ['image_url.detail', { type: 'image_url', image_url: { url: 'x', detail: 1 } }],
    ['input_audio', { type: 'input_audio' }],
    ['input_audio.format', { type: 'input_audio', input_audio: { data: 'x' } }],
    ['input_audio.data', { type: 'input_audio', input_audio: { format: 'wav' } }],
    ['file', { type: 'file', file: 'x' }],
    ['file.file_data', { type: 'file', file: {} }],
    ['file.filename', { type: 'file', file: { filename: [], file_id: 'x' } }],
    ['cache_control', { type: 'text', text: 'x', cache_control: true }],
    ['cache_control.ttl', { type: 'text', text: 'x', cache_control: { ttl: '1d' } }],
  ])('refuses with %s: %j', (param, part) => {
    expect(refusedParam(part)).toBe(param);
  });
});
