import { USAGE_BUCKETS, type TokenUsage } from '../../../src/llm/token-usage';
import { VENDORS } from '../../../src/providers/vendors';
import { providerErrorOf } from '../../support/provider-kit';
import { EXPECTED, seenInEvents, seenInResult, type SeenAnswer } from './wire/answer-expectations';
import { ANSWER_CASES, FAILURE_CASES, type WireAnswer } from './wire/vendor-wire';
import { VENDOR_WIRES } from './wire/vendor-wires';
import { WireKit } from './wire/wire-kit';

let wire: WireKit;
beforeEach(() => {
  wire = new WireKit();
});

const sumOf = (usage: TokenUsage): number => USAGE_BUCKETS.reduce((sum, bucket) => sum + usage[bucket], 0);

function expectAnswer(seen: SeenAnswer, name: (typeof ANSWER_CASES)[number], answer: WireAnswer): void {
  const { usage, calls, ...rest } = EXPECTED[name];
  expect(seen).toMatchObject({ ...rest, native: answer.native });
  expect(seen.calls.map(({ name: tool, arguments: text }) => [tool, JSON.parse(text) as unknown])).toEqual(
    (calls ?? []).map(({ name: tool, arguments: text }) => [tool, JSON.parse(text) as unknown]),
  );
  expect(new Set(seen.calls.map(({ id }) => id)).size).toBe(calls?.length ?? 0);
  expect(seen.calls.every(({ id }) => id !== '')).toBe(true);
  if (name === 'no usage') expect(seen.usage).toBeUndefined();
  else if (usage) expect(seen.usage).toEqual({ ...usage, ...answer.usage });
  if (answer.billedTotal !== undefined && seen.usage) expect(sumOf(seen.usage)).toBe(answer.billedTotal);
}

it('has a wire for every vendor of the table', () => {
  expect(VENDOR_WIRES.map(({ vendor }) => vendor).sort()).toEqual(VENDORS.map(({ name }) => name).sort());
});

describe.each(VENDOR_WIRES)('[wire of $vendor]', ({ vendor, model, answers, failures, ...more }) => {
  const target = `${vendor}/${model}`;
  const answerCases = ANSWER_CASES.flatMap((name) => {
    const answer = answers[name];
    return answer ? [[name, answer] as const] : [];
  });

  it.each(answerCases)('%s', async (name, answer) => {
    expectAnswer(seenInResult(await wire.whole(target, JSON.stringify(answer.whole))), name, answer);
  });

  it.each(answerCases)('%s, streamed', async (name, answer) => {
    expectAnswer(seenInEvents(await wire.streamed(target, [Buffer.from(answer.stream)])), name, answer);
  });

  it('re-chunked at every byte', async () => {
    for (const [, answer] of answerCases) {
      const bytes = Buffer.from(answer.stream);
      const whole = await wire.streamed(target, [bytes]);

      const single = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
      expect(withoutTime(await wire.streamed(target, single))).toEqual(withoutTime(whole));
      for (let at = 1; at < bytes.length; at++) {
        const halves = [bytes.subarray(0, at), bytes.subarray(at)];
        expect(withoutTime(await wire.streamed(target, halves))).toEqual(withoutTime(whole));
      }
    }
  });

  it('CRLF, comments and unknown events', async () => {
    const text = answers.text?.stream ?? '';
    const noisy = text
      .replaceAll('\n\n', '\n\n: still here\n\nevent: news\ndata: {"type":"news","choices":[]}\n\n')
      .replaceAll('\n', '\r\n');
    const plain = seenInEvents(await wire.streamed(target, [Buffer.from(text)]));
    const seen = seenInEvents(await wire.streamed(target, [Buffer.from(noisy)]));

    expect(seen).toEqual(plain);
  });

  it('cut before the end', async () => {
    const text = answers.text?.stream ?? '';
    const cut = text.slice(0, text.indexOf('Troms') + 3);

    const error = await providerErrorOf(wire.streamed(target, [Buffer.from(cut)]));

    expect(error).toMatchObject({ kind: 'connection', mayHaveBilled: true, provider: vendor });
  });

  it('error inside a stream', async () => {
    const error = await providerErrorOf(wire.streamed(target, [Buffer.from(more.errorInStream)]));

    expect(['server', 'overloaded']).toContain(error.kind);
    expect(error).toMatchObject({ mayHaveBilled: true, provider: vendor });
    expect(error.message).not.toMatch(/boom|litellm|worker|broke/);
  });

  it('garbage', async () => {
    const garbage = ['', 'null', '[]', '42', '{}', '<html>busy</html>', '{"choices":[{}]}', '{"id":"x","con'];
    for (const text of garbage) {
      const whole = await providerErrorOf(wire.whole(target, text));
      expect(['invalid_response', 'server']).toContain(whole.kind);
      const streamed = await providerErrorOf(wire.streamed(target, [Buffer.from(`data: ${text}\n\n`)]));
      expect(['invalid_response', 'connection', 'server']).toContain(streamed.kind);
    }
  });

  const failureCases = FAILURE_CASES.flatMap((name) => {
    const failure = failures[name];
    return failure ? [[name, failure] as const] : [];
  });
  it.each(failureCases)('%s', async (_name, { status, body, headers, kind, retryAfterMs }) => {
    const error = await providerErrorOf(wire.whole(target, body, { status, headers: headers ?? {} }));

    expect(error).toMatchObject({ kind, status, provider: vendor });
    if (retryAfterMs !== undefined) expect(error.retryAfterMs).toBe(retryAfterMs);
    expect(error.message).not.toMatch(/words|litellm|Trial|boom/);
  });

  it('the key only in its header', async () => {
    await wire.whole(target, JSON.stringify(answers.text?.whole));

    const [request] = wire.http.requests;
    if (!request) throw new Error('no request has been made');
    const { url, body, headers } = request;
    const [name, value] = more.keyHeader;
    expect(headers[name]).toBe(value);
    expect(Object.values(headers).filter((text) => text.includes('k-1'))).toHaveLength(1);
    expect(`${url} ${String(body)}`).not.toContain('k-1');
  });
});

function withoutTime(events: readonly object[]): unknown {
  return events.map((event) => ({ ...event, created: 0 }));
}
