import type { AdoptedLines, OutboxConsumer, OutboxLine } from './outbox-line';

const SHIP_BATCH = 200;
const LOOKUP_BATCH = 500;
/** A consumer that has not answered by then is treated as one that refused; shipping again is harmless. */
const CALL_DEADLINE_MS = 30_000;

/** The consumer of one topic, called in batches and with a deadline. */
export class OutboxDelivery {
  readonly batchSize = SHIP_BATCH;

  constructor(private readonly consumer: OutboxConsumer) {}

  async ship(lines: readonly OutboxLine[]): Promise<void> {
    for (let start = 0; start < lines.length; start += SHIP_BATCH) {
      await withDeadline(this.consumer.ship(lines.slice(start, start + SHIP_BATCH)));
    }
  }

  async findRecorded(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (let start = 0; start < ids.length; start += LOOKUP_BATCH) {
      const batch = ids.slice(start, start + LOOKUP_BATCH);
      for (const id of await withDeadline(this.consumer.findRecorded(batch))) found.add(id);
    }
    return found;
  }

  /** Those that have not reached their table. */
  async withoutRecorded(lines: readonly OutboxLine[]): Promise<readonly OutboxLine[]> {
    const recorded = await this.findRecorded(lines.map((line) => line.id));
    return lines.filter((line) => !recorded.has(line.id));
  }

  outcomeOfOrphan(intent: OutboxLine): OutboxLine | undefined {
    return this.consumer.outcomeOfOrphan?.(intent);
  }

  beginAdoption(): AdoptedLines | undefined {
    return this.consumer.beginAdoption?.();
  }

  async folderRecorded(name: string): Promise<void> {
    await withDeadline(Promise.resolve(this.consumer.folderRecorded?.(name)));
  }
}

async function withDeadline<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('the consumer of the outbox did not answer in time')),
      CALL_DEADLINE_MS,
    ).unref();
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
