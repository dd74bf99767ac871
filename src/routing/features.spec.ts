import { chatRequest } from '../../test/support/chat-request-samples';
import { extractFeatures } from './features';

describe('extractFeatures', () => {
  it('matches keywords at word boundaries', () => {
    expect(extractFeatures(chatRequest('The javanese gitarist classified it')).signals.code).toBe(0);
    expect(extractFeatures(chatRequest('Java and git')).signals.code).toBe(2);
  });

  it('tells code fences, inline code and source text apart', () => {
    expect(extractFeatures(chatRequest('```js\n1\n```'))).toMatchObject({
      hasCodeFence: true,
      hasInlineCode: false,
    });
    expect(extractFeatures(chatRequest('what does `x` do'))).toMatchObject({
      hasCodeFence: false,
      hasInlineCode: true,
    });
    expect(extractFeatures(chatRequest('if (a[0] == b) { c = d[1]; }')).hasCodeSyntax).toBe(true);
    expect(extractFeatures(chatRequest('Dear all; see you (perhaps) = maybe.')).hasCodeSyntax).toBe(false);
  });

  it('reads structure from the request: image parts, tools and JSON output', () => {
    const request = chatRequest(
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'hi' },
            { type: 'image', source: { kind: 'url', url: 'x' } },
          ],
        },
      ],
      { tools: [{ kind: 'function', name: 'f' }], responseFormat: { type: 'json_object' } },
    );

    expect(extractFeatures(request)).toMatchObject({ hasImage: true, hasTools: true, wantsJson: true });
  });

  it('looks at the newest user message and counts the whole conversation', () => {
    const request = chatRequest([
      { role: 'system', content: [{ type: 'text', text: 'x'.repeat(400) }] },
      { role: 'user', content: [{ type: 'text', text: 'Translate this' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'done' }] },
      { role: 'user', content: [{ type: 'text', text: 'thanks' }] },
    ]);

    const features = extractFeatures(request);

    expect(features.signals.translation).toBe(0);
    expect(features).toMatchObject({ characters: 6, messages: 4 });
    expect(features.tokenLengthEstimate).toBeGreaterThan(100);
  });

  it('takes no more time for a megabyte than for sixteen kilobytes', () => {
    const short = chatRequest('some words to read '.repeat(850));
    const long = chatRequest('some words to read '.repeat(55_000));
    const cpuOf = (request: typeof short): number => {
      const start = process.cpuUsage().user;
      for (let i = 0; i < 20; i++) extractFeatures(request);
      return process.cpuUsage().user - start;
    };
    cpuOf(short);
    cpuOf(long);

    const ratios = [0, 1, 2, 3, 4].map(() => cpuOf(long) / Math.max(cpuOf(short), 1));

    expect(Math.min(...ratios)).toBeLessThan(1.5);
  });
});
