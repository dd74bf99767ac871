import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { ReadyChat } from '../../../src/gateway/chat-gateway-request';
import type { ChatPlan, ChatPlanner } from '../../../src/gateway/chat-planner';
import { ChatReply } from '../../../src/gateway/chat-reply';
import { ChatService, type AdmittedChat } from '../../../src/gateway/chat.service';
import { ChatEpilogue } from '../../../src/gateway/chat-epilogue';
import type { CascadeExecutor } from '../../../src/gateway/execution/cascade-executor';
import { RunSettlement } from '../../../src/gateway/execution/run-settlement';
import { RoutingHints } from '../../../src/gateway/planning/routing-hints';
import type { ChatRun } from '../../../src/gateway/execution/chat-run';
import { GatewayConfig } from '../../../src/gateway/gateway.config';
import { loadConfig } from '../../../src/platform/config/load-config';
import { plainPreparation } from '../../support/plain-preparation';
import { quietOutcomes } from '../../support/quiet-outcomes';
import { chatRequest } from '../../support/chat-request-samples';
import { eventually } from '../../support/eventually';
import { ExecutionKit, quietClosing, usage, vendorError, type VendorTurn } from '../../support/execution-kit';

const PLAN = {
  decisionId: 'dec_1',
  plan: { strategy: 'heuristic', objective: 'balanced', reason: 'cheapest', steps: [] },
  analysis: {
    intent: { label: 'chat_lite', confidence: 1, method: 'rules' },
    features: { signals: {}, tokenLengthEstimate: 1, hasCodeFence: false },
  },
} as unknown as ChatPlan;

interface Options {
  readonly stream: boolean;
  readonly includeUsage?: boolean;
  readonly metadataInStream?: boolean;
  readonly holdBackMs?: number;
}

/** Answers every request the way the controller does, with played vendors. */
class ReplyingServer {
  readonly server: Server;
  readonly kit: ExecutionKit;
  run: ChatRun | undefined;
  /** How the handler ended: what the error filter would get to see. */
  readonly ended = Promise.withResolvers<unknown>();
  private readonly reply: ChatReply;
  private readonly service: ChatService;

  constructor(
    turns: readonly VendorTurn[],
    private readonly options: Options,
  ) {
    this.kit = new ExecutionKit(turns);
    const settings = { STREAM_HOLD_BACK_MS: String(options.holdBackMs ?? 10_000) };
    const config = loadConfig([GatewayConfig], settings).get(GatewayConfig);
    const { admission } = this.kit.cost;
    this.service = new ChatService(
      {} as ChatPlanner,
      admission,
      this.kit.executor,
      {} as CascadeExecutor,
      new ChatEpilogue(
        new RunSettlement(admission, quietClosing()),
        new RoutingHints(this.kit.cost.clock),
        quietOutcomes(),
      ),
      plainPreparation(),
    );
    this.reply = new ChatReply(this.service, config);
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  async url(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async handle(_: IncomingMessage, response: ServerResponse): Promise<void> {
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const run = await this.kit.run({ models: ['demo-small', 'demo-balanced'], signal: leaving.signal });
    this.run = run;
    const { stream, includeUsage = false, metadataInStream = false } = this.options;
    const chat = {
      original: chatRequest('Hi', { stream, includeUsage }),
      preferences: { metadataInStream },
    } as unknown as ReadyChat;
    const request = { state: { requestId: 'req_1', startedAtMs: performance.now() } };
    const input = { caller: run.caller, original: chat.original, preferences: chat.preferences };
    const admitted = { plan: PLAN, run, input } as unknown as AdmittedChat;
    const context = { request, response, chat, admitted } as never;
    try {
      await (stream ? this.reply.stream(context) : this.reply.json(context));
      this.ended.resolve(undefined);
    } catch (error) {
      this.ended.resolve(error);
      response.statusCode = 599;
      response.end();
    } finally {
      this.service.finish(admitted);
    }
  }
}

describe('ChatReply', () => {
  let server: ReplyingServer;

  function serve(turns: readonly VendorTurn[], options: Options): Promise<string> {
    server = new ReplyingServer(turns, options);
    return server.url();
  }

  /** The data of every event; `[DONE]` as it is. */
  async function eventsOf(response: Response): Promise<unknown[]> {
    const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('data: '));
    return events.map((event) => {
      const data = event.slice('data: '.length);
      return data === '[DONE]' ? data : (JSON.parse(data) as unknown);
    });
  }

  async function expectSettled(): Promise<void> {
    await eventually(() => expect(server.run?.hold.isSettled).toBe(true));
    server.kit.expectCompleteBooks();
    await expect(server.kit.cost.daily()).resolves.toEqual({
      spent: server.run?.tally.costNanoUsd,
      held: 0n,
    });
  }

  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  });
  afterEach(() => server.close());

  it('answers in JSON with cost, decision and metadata', async () => {
    const url = await serve([{ text: 'Hello', usage: usage(100, 50) }], { stream: false });

    const response = await fetch(url);

    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-route-decision': 'demo/demo-small',
      'x-route-strategy': 'heuristic',
      'x-route-decision-id': 'dec_1',
      'x-route-cost-usd': '0.000030000',
    });
    await expect(response.json()).resolves.toMatchObject({
      choices: [{ message: { content: 'Hello' } }],
      router_metadata: {
        selected_model: 'demo-small',
        actual_cost_nano_usd: '30000',
        attempts: 1,
        dropped_parameters: [{ name: 'max_tokens', action: 'defaulted', detail: '1000' }],
      },
    });
    await expectSettled();
  });

  it('streams chunks and books before it says that it is done', async () => {
    const url = await serve([{ text: 'abc', usage: usage(100, 50) }], { stream: true });

    const response = await fetch(url);
    const events = await eventsOf(response);

    expect(response.headers.get('x-route-decision')).toBe('demo/demo-small');
    expect(events).toHaveLength(5);
    expect(events.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: 'stop' }] });
    expect(events.at(-1)).toBe('[DONE]');
    expect(server.kit.journal.outcomes).toHaveLength(1);
    await expectSettled();
  });

  it.each([
    [
      { includeUsage: true },
      { usage: { total_tokens: 150 }, router_metadata: { actual_cost_nano_usd: '30000' } },
    ],
    [{ metadataInStream: true }, { router_metadata: { selected_provider: 'demo' } }],
  ])('puts into the last chunk what the client asked for: %j', async (wanted, expected) => {
    const url = await serve([{ text: 'a', usage: usage(100, 50) }], { stream: true, ...wanted });

    const events = await eventsOf(await fetch(url));

    expect(events.at(-2)).toMatchObject({ choices: [], ...expected });
  });

  it('names the model that stepped in, and what all attempts cost together', async () => {
    const url = await serve([{ error: vendorError('timeout') }, { text: 'a', usage: usage(100, 50) }], {
      stream: true,
      includeUsage: true,
    });

    const response = await fetch(url);
    const events = await eventsOf(response);

    expect(response.headers.get('x-route-decision')).toBe('demo/demo-balanced');
    expect(events.at(-2)).toMatchObject({ router_metadata: { actual_cost_nano_usd: '160000', attempts: 2 } });
    await expectSettled();
  });

  it('leaves a failure before the first content to the error filter, with nothing sent', async () => {
    const failure = vendorError('bad_request', { mayHaveBilled: false, status: 400 });
    const url = await serve([{ error: failure }], { stream: true });

    const response = await fetch(url);

    expect(response.status).toBe(599);
    await expect(server.ended.promise).resolves.toBe(failure);
    await expectSettled();
  });

  it('ends a stream that breaks with one error event and without [DONE]', async () => {
    const url = await serve([{ text: 'abc', breaksWith: vendorError('connection') }], { stream: true });

    const events = await eventsOf(await fetch(url));

    expect(events).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ error: { code: 'upstream_error', request_id: 'req_1' } });
    await expectSettled();
  });

  it('stops holding the status back after a while; a failure is then an event', async () => {
    const late = { error: vendorError('bad_request', { mayHaveBilled: false, status: 400 }), afterMs: 120 };
    const url = await serve([late], { stream: true, holdBackMs: 30 });

    const response = await fetch(url);

    expect(response.status).toBe(200);
    await expect(eventsOf(response)).resolves.toMatchObject([{ error: { type: 'invalid_request_error' } }]);
    await expectSettled();
  });

  it.each([
    ['before the first content', { hang: true }],
    ['in the middle', { text: 'abc', stalls: true }],
  ] as const)('books a call once whose client leaves %s', async (_, turn) => {
    const url = await serve([turn], { stream: true });
    const leaving = new AbortController();

    const reading = fetch(url, { signal: leaving.signal }).then((response) => response.text());
    await eventually(() => expect(server.kit.invoker.calls).toHaveLength(1));
    setTimeout(() => leaving.abort(), 30);

    await expect(reading).rejects.toThrow();
    await expectSettled();
    expect(server.kit.journal.outcomes).toMatchObject([{ status: 'aborted' }]);
  });

  it('stops reading from the vendor while the client does not read, and books once when it leaves', async () => {
    // More than the buffers of both ends of a connection take.
    const url = await serve([{ text: 'x'.repeat(30_000_000) }], { stream: true });
    const leaving = new AbortController();
    const response = await fetch(url, { signal: leaving.signal });
    await sleep(200);

    const before = server.kit.journal.outcomes.length;
    leaving.abort();

    expect(response.status).toBe(200);
    expect(before).toBe(0);
    await expectSettled();
    expect(server.kit.journal.outcomes).toHaveLength(1);
  });
});
