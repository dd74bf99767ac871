import type { ChatRequest } from '../../../src/llm/chat-request';
import type { DroppedParameter } from '../../../src/llm/chat-result';
import { chatRequest } from '../../support/provider-kit';
import { FIELD_FATES } from './wire/field-fates';
import { FIELD_SAMPLES, type FieldSample } from './wire/request-fields';
import { VENDOR_WIRES } from './wire/vendor-wires';
import { WireKit } from './wire/wire-kit';

/** Models that take fields in the other of the two ways a vendor has. */
const OTHER_MODELS: Readonly<Record<string, readonly string[]>> = {
  openai: ['gpt-6-sol'],
  anthropic: ['claude-opus-5-5'],
  google: ['gemini-3.7-flash'],
  mistral: ['codestral-2508'],
  groq: ['llama-3.3-70b-versatile'],
  together: ['meta-llama/Llama-3.3-70B-Instruct-Turbo'],
};

interface Sent {
  readonly body: string;
  readonly dropped: readonly DroppedParameter[];
}

describe.each(VENDOR_WIRES)('[request of $vendor]', ({ vendor, model, answers }) => {
  const answer = JSON.stringify(answers.text?.whole);
  const models = [model, ...(OTHER_MODELS[vendor] ?? [])];

  async function send(target: string, change: Partial<ChatRequest>): Promise<Sent> {
    const wire = new WireKit();
    const result = await wire.whole(target, answer, {}, chatRequest('look', change));
    return { body: String(wire.http.requests.at(-1)?.body), dropped: result.droppedParameters };
  }

  /** What became of a field: it is in the body, or it is reported; never neither. */
  async function fateOf(target: string, { change, base = {} }: FieldSample): Promise<string> {
    const plain = await send(target, base);
    const sent = await send(target, change);
    const reports = sent.dropped.filter(
      (one) => !plain.dropped.some((other) => other.name === one.name && other.action === one.action),
    );
    if (reports.length > 0) return [...new Set(reports.map(({ action }) => action))].sort().join('+');
    return sent.body === plain.body ? 'LOST' : 'passed on';
  }

  const samples = FIELD_SAMPLES.map((sample) => {
    const fate = FIELD_FATES[vendor]?.[sample.field] ?? 'passed on';
    return [`${sample.field} | ${fate}`, sample, fate] as const;
  });

  it.each(samples)('%s', async (_title, sample, fate) => {
    for (const name of models) {
      const found = await fateOf(`${vendor}/${name}`, sample);
      expect(`${name}: ${found}`).not.toContain('LOST');
      if (name === model) expect(found).toBe(fate);
    }
  });
});
