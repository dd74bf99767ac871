import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { parseJson } from '../../common/json';
import { parseUsd, type NanoUsd } from '../../common/money';
import type { ProviderCall } from '../../llm/chat-adapter';
import type { ChatResult, DroppedParameter } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { ProviderError } from '../../llm/provider-error';
import type { HttpBody } from '../../platform/http/http-body';
import { HttpClient } from '../../platform/http/http-client';
import type { HttpResponse } from '../../platform/http/http-message';
import { ProvidersConfig } from '../providers.config';
import type { AnswerContext, VendorFailure } from './answer-context';
import { SseParser, type SseEvent } from './sse-parser';
import { invalidResponse, toTransportError } from './transport-error';

/** No refusal needs more text than this to be understood. */
const MAX_ERROR_BYTES = 65_536;
/** Some servers send white space while they think. */
const FIRST_BYTES = 1_024;
/** The library's own coarse timers stay behind the exact deadlines of the call. */
const TIMER_SLACK_MS = 2_000;
/** Where vendors put their id of a call; the first one there is counts. */
const REQUEST_ID_HEADERS = [
  'x-request-id',
  'request-id',
  'x-litellm-call-id',
  'mistral-correlation-id',
  'x-kong-request-id',
  'x-debug-trace-id',
];

/** Only a proxy says what a call cost, in USD. */
const COST_HEADER = 'x-litellm-response-cost';

/** One call in a vendor's words. */
export interface VendorPost {
  readonly url: string;
  /** The credential and whatever the vendor wants besides the usual headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
  readonly droppedParameters: readonly DroppedParameter[];
  /** Bytes an honest answer may have, where that is more than the configured limit. */
  readonly answerBytes?: number;
}

/** What the way to a vendor must know of a call, whatever is asked. */
export type VendorCall = Pick<ProviderCall, 'endpoint' | 'model' | 'attemptId' | 'traceParent' | 'signal'>;

/** How an answer that comes as a whole is understood. Both functions may throw a ProviderError. */
export interface AnswerReader<T> {
  toError(failure: VendorFailure): ProviderError;
  readAnswer(text: string, context: AnswerContext): T;
}

/** How a vendor's answers to a chat are understood. Every function may throw a ProviderError. */
export interface VendorReader extends AnswerReader<ChatResult> {
  /** For a JSON text where a stream was asked for; undefined when it is no failure the vendor knows. */
  toErrorInAnswer(provider: string, answer: object): ProviderError | undefined;
  readStream(context: AnswerContext): VendorStreamReader;
}

/** Turns the events of one stream into ours. */
export interface VendorStreamReader {
  /** The vendor has said that the answer is over: what follows is of no interest. */
  readonly isEnded: boolean;
  read(event: SseEvent): readonly ChatStreamEvent[];
  /** The connection ended; `rest` is what had not been a whole event yet. Throws when the answer is not whole. */
  end(rest: readonly SseEvent[]): readonly ChatStreamEvent[];
}

/** The way every vendor is called over HTTP: limits, garbage, ids and early ends are the same for all. */
@Injectable()
export class VendorHttp {
  constructor(
    private readonly http: HttpClient,
    private readonly config: ProvidersConfig,
    private readonly clock: Clock,
  ) {}

  async complete<T>(call: VendorCall, post: VendorPost, reader: AnswerReader<T>): Promise<T> {
    try {
      const response = await this.send(call, post, { reader, accept: 'application/json' });
      const limit = Math.max(this.config.maxResponseBytes, post.answerBytes ?? 0);
      const { provider } = call.endpoint;
      const text = await response.body.text(limit, (first) => assertObject(first, provider));
      return reader.readAnswer(text, this.contextOf(call, post, response));
    } catch (error) {
      throw toTransportError(call.endpoint.provider, error);
    }
  }

  async *stream(
    call: ProviderCall,
    post: VendorPost,
    vendor: VendorReader,
  ): AsyncGenerator<ChatStreamEvent, void> {
    let body: HttpBody | undefined;
    try {
      const response = await this.send(call, post, { reader: vendor, accept: 'text/event-stream' });
      ({ body } = response);
      await assertEventStream(response, call.endpoint.provider, vendor);
      const reader = vendor.readStream(this.contextOf(call, post, response));
      const parser = new SseParser();
      for await (const chunk of body) {
        for (const event of parser.push(chunk)) {
          for (const found of reader.read(event)) yield found;
        }
        if (reader.isEnded) {
          body.discard();
          return;
        }
      }
      for (const found of reader.end(parser.end())) yield found;
    } catch (error) {
      throw toTransportError(call.endpoint.provider, error);
    } finally {
      body?.cancel();
    }
  }

  private async send(
    call: VendorCall,
    post: VendorPost,
    how: { readonly reader: AnswerReader<unknown>; readonly accept: string },
  ): Promise<HttpResponse> {
    const response = await this.http.request({
      url: post.url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: how.accept,
        'user-agent': 'modelmuxer',
        'x-client-request-id': call.attemptId,
        ...(call.traceParent !== undefined && { traceparent: call.traceParent }),
        ...post.headers,
      },
      body: post.body,
      signal: call.signal,
      headersTimeoutMs: this.config.totalTimeoutMs + TIMER_SLACK_MS,
      bodyTimeoutMs: this.config.totalTimeoutMs + TIMER_SLACK_MS,
    });
    const { provider } = call.endpoint;
    const isCompressed = isEncoded(response);
    // A few bytes can unfold to any size, and we asked for none of this. Of a refusal the status says enough.
    if (isCompressed) response.body.cancel();
    if (response.status !== 200) await this.refuse(response, provider, how.reader);
    if (isCompressed) throw invalidResponse(provider, 'the provider answered compressed, unasked');
    return response;
  }

  private async refuse(
    response: HttpResponse,
    provider: string,
    reader: AnswerReader<unknown>,
  ): Promise<never> {
    const { status, headers } = response;
    if (status < 300) {
      response.body.cancel();
      throw invalidResponse(provider, 'the provider answered without content');
    }
    // The status says enough when the text is too long or breaks off.
    const body = await response.body.text(MAX_ERROR_BYTES).catch(() => '');
    throw reader.toError({ provider, status, headers, body, nowMs: this.clock.now() });
  }

  private contextOf(call: VendorCall, post: VendorPost, response: HttpResponse): AnswerContext {
    return {
      provider: call.endpoint.provider,
      attemptId: call.attemptId,
      requestedModel: call.model,
      vendorRequestId: requestIdIn(response.headers),
      vendorCostNanoUsd: costIn(response.headers),
      droppedParameters: post.droppedParameters,
      nowMs: this.clock.now(),
    };
  }
}

/** A server that answers a streamed call with one JSON text or a web page has failed, whatever its status says. */
async function assertEventStream(
  response: HttpResponse,
  provider: string,
  reader: VendorReader,
): Promise<void> {
  const type = response.headers['content-type'] ?? '';
  if (type === '' || type.startsWith('text/event-stream') || type.startsWith('text/plain')) return;
  const answer = parseJson(await response.body.text(MAX_ERROR_BYTES));
  const failure =
    typeof answer === 'object' && answer !== null ? reader.toErrorInAnswer(provider, answer) : undefined;
  throw failure ?? invalidResponse(provider, 'the provider answered without a stream');
}

/** Every vendor answers with a JSON object. Anything else is known by its first byte, however long it goes on. */
function assertObject(first: Buffer, provider: string): void {
  const start = first
    .subarray(0, FIRST_BYTES)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (start !== '' && !start.startsWith('{'))
    throw invalidResponse(provider, 'the provider answered no JSON object');
}

function isEncoded({ headers }: HttpResponse): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  return encoding !== '' && encoding !== 'identity';
}

function requestIdIn(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers[name];
    if (value !== undefined && /^[\w.:-]{1,128}$/.test(value)) return value;
  }
  return undefined;
}

/** Zero stands for a model without a price there, which is no opinion. */
function costIn(headers: Readonly<Record<string, string>>): NanoUsd | undefined {
  const text = headers[COST_HEADER];
  // Python writes small numbers with an exponent.
  const cost = text === undefined || text === '' ? undefined : parseUsd(Number(text));
  return cost === 0n ? undefined : cost;
}
