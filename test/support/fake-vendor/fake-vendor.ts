import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANTHROPIC_DIALECT } from './anthropic-answers';
import { EMBEDDINGS_DIALECT } from './embedding-answers';
import { GEMINI_DIALECT } from './gemini-answers';
import { countedUsage, type AnswerInput, type VendorUsage } from './vendor-answer';
import { OPENAI_DIALECT, type VendorDialect } from './vendor-dialect';
import { scriptInPrompt, type VendorScript } from './vendor-script';

/** One call as the vendor saw it. */
export interface RecordedCall {
  readonly number: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Our attempt id, from `x-client-request-id`. */
  readonly attemptId: string | undefined;
  readonly rawBody: string;
  readonly body: Record<string, unknown>;
  readonly streamed: boolean;
  /** What the vendor would bill: everything it answered with a success status. */
  billed: VendorUsage | undefined;
  /** The client closed the connection before the answer was complete. */
  aborted: boolean;
  completed: boolean;
}

const COMMENT_INTERVAL_MS = 20;
/** The first that claims a path answers under it. */
const DIALECTS: readonly VendorDialect[] = [ANTHROPIC_DIALECT, GEMINI_DIALECT, EMBEDDINGS_DIALECT];

/**
 * A vendor over real HTTP and SSE: OpenAI-like, or Anthropic or Google by its paths. What it does is said per call: by `next`, by
 * `respond`, or by a script inside the prompt; otherwise it gives a plain answer.
 */
export class FakeVendor {
  readonly calls: RecordedCall[] = [];
  /** Requests for the list of models. */
  readonly probes: RecordedCall[] = [];
  /** Status of the list of models, whatever happens to calls. */
  modelsStatus: number | undefined;
  private readonly queue: VendorScript[] = [];
  private readonly sockets = new Set<Socket>();
  private responder: ((call: RecordedCall) => VendorScript | undefined) | undefined;
  private readonly server: Server;
  private readonly closing = new AbortController();

  constructor() {
    this.server = createServer((request, response) => {
      this.handle(request, response).catch(() => response.destroy());
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.closing.abort();
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What belongs into `OPENAI_BASE_URL`. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** Open connections; falls to zero when clients hang up. */
  get connections(): number {
    return this.sockets.size;
  }

  get lastCall(): RecordedCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error('the fake vendor has seen no call');
    return call;
  }

  /** Scripts for the next calls, one each, in order. */
  next(...scripts: readonly VendorScript[]): this {
    this.queue.push(...scripts);
    return this;
  }

  /** Decides every call that has no script of its own. */
  respond(responder: (call: RecordedCall) => VendorScript | undefined): this {
    this.responder = responder;
    return this;
  }

  reset(): void {
    this.calls.length = 0;
    this.probes.length = 0;
    this.modelsStatus = undefined;
    this.queue.length = 0;
    this.responder = undefined;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const rawBody = await readBody(request);
    if (request.url === '/__calls') {
      this.tell(request, response);
      return;
    }
    if (request.method === 'GET') {
      await this.listModels(request, response);
      return;
    }
    const call = this.record(request, rawBody);
    response.on('close', () => {
      call.aborted = !call.completed;
    });
    const script = this.queue.shift() ?? scriptInPrompt(rawBody) ?? this.responder?.(call) ?? {};
    if (script.delayMs !== undefined) await this.pause(script.delayMs);
    await script.until;
    if (script.stallBeforeHeaders === true) return;
    const dialect = dialectOf(call.path);
    const input: AnswerInput = {
      script,
      requestBody: rawBody,
      requestedModel: dialect.modelOf(call),
      number: call.number,
      choices: dialect.choicesOf(call),
    };
    const isAnswer = (script.status ?? 200) === 200;
    if (isAnswer) call.billed = dialect.usage?.(input) ?? countedUsage(input);
    if (call.streamed && isAnswer && script.rawBody === undefined) await this.stream(input, call, response);
    else this.answer(input, call, response);
  }

  /** A vendor that is away for calls is away for this question, too, unless `modelsStatus` says otherwise. */
  private async listModels(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = { ...this.toCall(request, ''), number: 0 };
    this.probes.push(call);
    const script = this.modelsStatus === undefined ? this.responder?.(call) : { status: this.modelsStatus };
    if (script?.delayMs !== undefined) await this.pause(script.delayMs);
    if (script?.stallBeforeHeaders === true) return;
    response
      .writeHead(script?.status ?? 200, { 'content-type': 'application/json' })
      .end('{"object":"list","data":[]}');
  }

  private tell(request: IncomingMessage, response: ServerResponse): void {
    const text = JSON.stringify({ count: this.calls.length, calls: this.calls });
    if (request.method === 'DELETE') this.reset();
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  }

  private record(request: IncomingMessage, rawBody: string): RecordedCall {
    const call = this.toCall(request, rawBody);
    this.calls.push(call);
    return call;
  }

  private toCall(request: IncomingMessage, rawBody: string): RecordedCall {
    const body = parsed(rawBody);
    const attemptId = request.headers['x-client-request-id'];
    const path = request.url ?? '';
    return {
      number: this.calls.length + 1,
      path,
      headers: request.headers,
      attemptId: typeof attemptId === 'string' ? attemptId : undefined,
      rawBody,
      body,
      streamed: dialectOf(path).isStreamed({ path, body }),
      billed: undefined,
      aborted: false,
      completed: false,
    };
  }

  private answer(input: AnswerInput, call: RecordedCall, response: ServerResponse): void {
    const { script } = input;
    const status = script.status ?? 200;
    const dialect = dialectOf(call.path);
    const body = script.rawBody ?? (status === 200 ? dialect.whole(input) : dialect.failure(status));
    response.writeHead(status, {
      'content-type': script.contentType ?? 'application/json',
      'x-request-id': `fake-request-${input.number}`,
      ...script.headers,
    });
    call.completed = script.cut === undefined;
    if (script.cut) {
      response.write(body.slice(0, Math.floor(body.length / 2)), () => this.cut(response, script));
      return;
    }
    for (let i = 1; i < (script.repeatBody ?? 1); i++) response.write(body);
    response.end(body);
  }

  private async stream(input: AnswerInput, call: RecordedCall, response: ServerResponse): Promise<void> {
    const { script } = input;
    response.writeHead(200, {
      'content-type': script.contentType ?? 'text/event-stream; charset=utf-8',
      'x-request-id': `fake-request-${input.number}`,
      ...script.headers,
    });
    const writer = new PieceWriter(response, script);
    let sent = 0;
    const dialect = dialectOf(call.path);
    for (const data of dialect.events(input)) {
      if (sent === script.stallAfterEvents) return;
      if (sent === script.commentsAfterEvents) return this.sendComments(response);
      if (sent === script.errorAfterEvents?.events) {
        await writer.write(JSON.stringify({ error: script.errorAfterEvents.error }));
        break;
      }
      if (sent === script.cut?.afterEvents) {
        if (script.cut.how === 'inside-event')
          await writer.writePiece(`data: ${data.slice(0, data.length >> 1)}`);
        this.cut(response, script);
        return;
      }
      if (script.comments === true) await writer.writePiece(`: still here${script.lineEnd ?? '\n'}`);
      await writer.write(data, dialect.nameOf?.(data));
      sent += 1;
      if (script.eventDelayMs !== undefined) await this.pause(script.eventDelayMs);
      if (response.destroyed) return;
    }
    call.completed = true;
    response.end();
  }

  private cut(response: ServerResponse, script: VendorScript): void {
    if (script.cut?.how === 'reset') response.socket?.resetAndDestroy();
    else if (script.cut?.how === 'clean') response.end();
    else response.socket?.end();
  }

  private async sendComments(response: ServerResponse): Promise<void> {
    while (!response.destroyed) {
      response.write(': still here\n\n');
      await this.pause(COMMENT_INTERVAL_MS);
    }
  }

  private pause(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.closing.signal, ref: false });
  }
}

function dialectOf(path: string): VendorDialect {
  return DIALECTS.find((dialect) => dialect.matches(path)) ?? OPENAI_DIALECT;
}

/** Writes events, cut into pieces of given sizes where the script wants it. */
class PieceWriter {
  private readonly response: ServerResponse;
  private readonly script: VendorScript;

  constructor(response: ServerResponse, script: VendorScript) {
    this.response = response;
    this.script = script;
  }

  write(data: string, name?: string): Promise<void> {
    const lineEnd = this.script.lineEnd ?? '\n';
    const head = name === undefined ? '' : `event: ${name}${lineEnd}`;
    return this.writePiece(`${head}data: ${data}${lineEnd}${lineEnd}`);
  }

  async writePiece(text: string): Promise<void> {
    const { chunkBytes } = this.script;
    if (!chunkBytes || chunkBytes.length === 0) {
      this.response.write(text);
      return;
    }
    const bytes = Buffer.from(text);
    for (let start = 0, piece = 0; start < bytes.length; piece++) {
      const size = Math.max(1, chunkBytes[Math.min(piece, chunkBytes.length - 1)] ?? 1);
      await this.flush(bytes.subarray(start, start + size));
      start += size;
    }
  }

  /** Each piece in a turn of its own, so that they are separate on the wire as far as TCP allows. */
  private flush(piece: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.response.write(piece, () => setImmediate(resolve));
    });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
