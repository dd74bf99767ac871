import { Injectable } from '@nestjs/common';
import { MetricsService } from '../../telemetry/metrics.service';
import { CostConfig } from '../cost.config';
import type { Shortage } from './refusal';
import { WaitingPlace, type WaitingRequest } from './waiting-place';

type Place = Pick<WaitingPlace<unknown>, 'tryOnce'>;

interface Queue {
  readonly organizationId: string;
  readonly key: string;
  readonly places: Place[];
  shortage: Shortage;
  isWorking: boolean;
  /** Room was made while the queue was being worked through. */
  isDueAgain: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** How often the first in a queue looks for room that other replicas have made. */
const POLL_MS = 40;
/** More than that wait for nothing; they are refused at once. */
const MAX_WAITING = 2_000;

/**
 * Where requests wait for money that running requests hold and will mostly give back. One queue per
 * counter without room, first come, first served: while somebody waits for a counter, later requests
 * line up behind. Waiting ends with room, after `BUDGET_WAIT_MS` (with a last try out of turn), when the
 * client leaves, or as soon as so much is spent that it is in vain.
 */
@Injectable()
export class RoomQueue {
  private readonly queues = new Map<string, Queue>();
  private waiting = 0;

  constructor(
    private readonly config: CostConfig,
    private readonly metrics: MetricsService,
  ) {}

  /** What is short, when somebody already waits for one of these counters. */
  findShortage(
    organizationId: string,
    counters: readonly { readonly counter: string }[],
  ): Shortage | undefined {
    if (this.queues.size === 0) return undefined;
    for (const { counter } of counters) {
      const queue = this.queues.get(keyOf(organizationId, counter));
      if (queue) return queue.shortage;
    }
    return undefined;
  }

  /** What the last attempt got; undefined when waiting was in vain. */
  async wait<T>(request: WaitingRequest<T>): Promise<T | undefined> {
    if (this.config.budgetWaitMs === 0 || this.waiting >= MAX_WAITING || request.signal.aborted)
      return undefined;
    this.waiting += 1;
    try {
      return await this.lineUp(request).result;
    } finally {
      this.waiting -= 1;
    }
  }

  /** Call when a reservation of the organization ended. */
  freed(organizationId: string): void {
    if (this.queues.size === 0) return;
    for (const queue of this.queues.values())
      if (queue.organizationId === organizationId) void this.workThrough(queue);
  }

  private lineUp<T>(request: WaitingRequest<T>): WaitingPlace<T> {
    const queue = this.queueFor(request);
    const place: WaitingPlace<T> = new WaitingPlace(request, this.config.budgetWaitMs, {
      onShortage: (shortage) => {
        queue.shortage = shortage;
      },
      onLeave: (end) => {
        remove(queue, place);
        this.metrics.budgetWait(end);
      },
    });
    queue.places.push(place);
    this.lookAgainLater(queue);
    return place;
  }

  private queueFor({
    organizationId,
    shortage,
  }: Pick<WaitingRequest<never>, 'organizationId' | 'shortage'>): Queue {
    const key = keyOf(organizationId, shortage.line.counter);
    const known = this.queues.get(key);
    if (known) return known;
    const queue: Queue = {
      organizationId,
      key,
      places: [],
      shortage,
      isWorking: false,
      isDueAgain: false,
      timer: undefined,
    };
    this.queues.set(key, queue);
    return queue;
  }

  /** Lets one after the other try, until one of them finds no room. */
  private async workThrough(queue: Queue): Promise<void> {
    queue.isDueAgain = queue.isWorking;
    if (queue.isWorking) return;
    queue.isWorking = true;
    clearTimeout(queue.timer);
    queue.timer = undefined;
    do {
      queue.isDueAgain = false;
      for (let first = queue.places[0]; first; first = queue.places[0]) {
        if (!(await first.tryOnce())) break;
      }
    } while (isWorthAnotherRound(queue));
    queue.isWorking = false;
    if (queue.places.length === 0) this.queues.delete(queue.key);
    else this.lookAgainLater(queue);
  }

  private lookAgainLater(queue: Queue): void {
    if (queue.isWorking) return;
    queue.timer ??= setTimeout(() => void this.workThrough(queue), POLL_MS).unref();
  }
}

function isWorthAnotherRound({ isDueAgain, places }: Queue): boolean {
  return isDueAgain && places.length > 0;
}

function remove(queue: Queue, place: Place): void {
  const index = queue.places.indexOf(place);
  if (index >= 0) queue.places.splice(index, 1);
}

function keyOf(organizationId: string, counter: string): string {
  return `${organizationId} ${counter}`;
}
