import { once } from 'node:events';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { OnModuleDestroy } from '@nestjs/common';
import type { Embedder } from '../../../llm/embedder';
import { startWorker } from '../../threads/start-worker';
import { embeddedWindow } from '../embedded-window';
import type { OnnxReply, OnnxRequest, OnnxTask } from './onnx-messages';
import { versionOfModel, type OnnxModel } from './onnx-model';

/** Texts that may wait for the thread; more would wait longer than any decision does. */
const MAX_WAITING = 256;

export interface OnnxOptions {
  /** A model has to be loaded within this time. */
  readonly startMs: number;
  /** A thread that takes longer for one text is given up. */
  readonly stuckMs: number;
  /** Makes the thread; it says `ready` first, then answers text after text. */
  readonly start?: (task: OnnxTask) => Worker;
}

interface StartedThread {
  readonly thread: Worker;
  readonly dimensions: number;
}

interface Job {
  readonly text: string;
  readonly signal: AbortSignal;
  /** Stops listening to the signal. */
  done(): void;
  resolve(vector: Float32Array): void;
  reject(reason: Error): void;
}

/**
 * A sentence transformer from a local folder, in a thread of its own, one text after the other. What nobody waits for any
 * more is not computed. When the thread dies or hangs, what it was given fails and the next call
 * starts another one.
 */
export class OnnxEmbedder implements Embedder, OnModuleDestroy {
  readonly name = 'onnx';
  private readonly waiting: Job[] = [];
  private running: { readonly job: Job; readonly watchdog: NodeJS.Timeout } | undefined;
  private starting: Promise<void> | undefined;

  private constructor(
    readonly version: string,
    readonly dimensions: number,
    private readonly model: OnnxModel,
    private readonly options: OnnxOptions,
    private thread: Worker | undefined,
  ) {
    if (thread) this.listenTo(thread);
  }

  /** Loads the model; rejects with the reason when it cannot be used. */
  static async open(model: OnnxModel, options: OnnxOptions): Promise<OnnxEmbedder> {
    const { thread, dimensions } = await startThread(model, options);
    return new OnnxEmbedder(await versionOfModel(model), dimensions, model, options, thread);
  }

  async embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]> {
    signal.throwIfAborted();
    if (this.waiting.length + texts.length > MAX_WAITING)
      throw new Error('too many texts wait for the embedder');
    const jobs = Promise.all(texts.map((text) => this.enqueue(text, signal)));
    this.work();
    return jobs;
  }

  async onModuleDestroy(): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    this.giveUp(new Error('the application stops'));
    await thread?.terminate();
  }

  private enqueue(text: string, signal: AbortSignal): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(toError(signal.reason));
      signal.addEventListener('abort', abort, { once: true });
      const job = { text: embeddedWindow(text), signal, resolve, reject };
      this.waiting.push({ ...job, done: () => signal.removeEventListener('abort', abort) });
    });
  }

  /** Gives the idle thread the next text; starts another thread when there is none. */
  private work(): void {
    if (this.running) return;
    if (!this.thread) {
      this.restart();
      return;
    }
    const job = this.nextWanted();
    if (!job) return;
    const { thread } = this;
    const watchdog = setTimeout(() => void thread.terminate(), this.options.stuckMs).unref();
    this.running = { job, watchdog };
    thread.postMessage({ text: job.text } satisfies OnnxRequest);
  }

  private nextWanted(): Job | undefined {
    let job = this.waiting.shift();
    while (job?.signal.aborted) job = this.waiting.shift();
    return job;
  }

  private restart(): void {
    this.starting ??= startThread(this.model, this.options)
      .then(({ thread }) => {
        this.thread = thread;
        this.listenTo(thread);
        this.starting = undefined;
        this.work();
      })
      .catch((error: unknown) => {
        this.starting = undefined;
        this.giveUp(toError(error));
      });
  }

  private listenTo(thread: Worker): void {
    // The thread alone keeps no process alive.
    thread.unref();
    thread.on('message', (reply: OnnxReply) => this.answered(reply));
    thread.once('error', (error) => this.giveUp(toError(error)));
    thread.once('exit', () => {
      if (this.thread === thread) this.thread = undefined;
      this.giveUp(new Error('the embedder stopped'));
    });
  }

  private answered(reply: OnnxReply): void {
    const job = this.endJob();
    job?.done();
    if (reply.kind === 'vector') job?.resolve(reply.vector);
    else job?.reject(new Error(reply.kind === 'failed' ? reply.message : 'the embedder began anew'));
    this.work();
  }

  private endJob(): Job | undefined {
    const { job, watchdog } = this.running ?? {};
    clearTimeout(watchdog);
    this.running = undefined;
    return job;
  }

  /** Fails everything that waits. */
  private giveUp(reason: Error): void {
    for (const job of [this.endJob(), ...this.waiting.splice(0)]) {
      job?.done();
      job?.reject(reason);
    }
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function startOwnThread(task: OnnxTask): Worker {
  return startWorker(join(__dirname, 'onnx-embedder.worker'), { workerData: task });
}

async function startThread(
  model: OnnxModel,
  { start = startOwnThread, startMs }: OnnxOptions,
): Promise<StartedThread> {
  const thread = start({ model });
  try {
    // The first thing the thread says; both sides are compiled together.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
    const [reply] = (await once(thread, 'message', { signal: AbortSignal.timeout(startMs) })) as OnnxReply[];
    if (reply?.kind === 'ready') return { thread, dimensions: reply.dimensions };
    throw new Error(reply?.kind === 'failed' ? reply.message : 'the embedder did not say that it is ready');
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}
