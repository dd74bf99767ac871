import type { ChatRequest } from '../../../../src/llm/chat-request';
import type { ChatResult } from '../../../../src/llm/chat-result';
import type { ChatStreamEvent } from '../../../../src/llm/chat-stream-event';
import { VENDORS } from '../../../../src/providers/vendors';
import { SystemClock } from '../../../../src/common/clock';
import { collect, invocation, ProviderKit } from '../../../support/provider-kit';
import { ScriptedHttp, type ScriptedAnswer } from './scripted-http';

const PROXY_MODELS = JSON.stringify([
  { id: 'team-gpt', context: 128_000, max_output: 16_384, price: { input: 2.5, output: 10 } },
]);

/** All vendors configured with the key `k-1`, and no network. */
export class WireKit {
  readonly http = new ScriptedHttp();
  readonly kit = new ProviderKit(
    {
      ...Object.fromEntries(VENDORS.map(({ env }) => [`${env}_API_KEY`, 'k-1'])),
      LITELLM_BASE_URL: 'http://127.0.0.1:4000/v1',
      LITELLM_MODELS: PROXY_MODELS,
      PROVIDER_BREAKER_MINIMUM_CALLS: '1000',
      PROVIDER_BREAKER_WINDOW: '1000',
    },
    new SystemClock(),
    this.http,
  );

  whole(
    target: string,
    answer: string,
    how: Partial<ScriptedAnswer> = {},
    request: ChatRequest | string = 'hi',
  ): Promise<ChatResult> {
    this.http.answer = {
      headers: { 'content-type': 'application/json' },
      pieces: [Buffer.from(answer)],
      ...how,
    };
    return this.kit.invoker.complete(this.kit.target(target), invocation(request));
  }

  streamed(
    target: string,
    pieces: readonly Buffer[],
    request: ChatRequest | string = 'hi',
  ): Promise<ChatStreamEvent[]> {
    this.http.answer = { headers: { 'content-type': 'text/event-stream' }, pieces };
    return collect(this.kit.invoker.stream(this.kit.target(target), invocation(request)));
  }
}
