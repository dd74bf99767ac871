import type { OutboxLine, OutboxLineKind } from './outbox-line';

export interface EncodedLine {
  readonly line: OutboxLine;
  readonly text: string;
  readonly bytes: number;
}

/** Lines that share one write. All lines of a kind share one promise, so a line costs no promise of its own. */
export class WriteBatch {
  readonly entries: EncodedLine[] = [];
  readonly #results = new Map<OutboxLineKind, PromiseWithResolvers<undefined>>();

  /** Resolves when the batch is written. */
  add(entry: EncodedLine): Promise<undefined> {
    this.entries.push(entry);
    let result = this.#results.get(entry.line.kind);
    if (!result) {
      result = Promise.withResolvers<undefined>();
      this.#results.set(entry.line.kind, result);
    }
    return result.promise;
  }

  outcomes(): EncodedLine[] {
    return this.entries.filter((entry) => entry.line.kind === 'outcome');
  }

  /** Settles lines still waiting; without an error they count as written. */
  settle(kinds: readonly OutboxLineKind[], error?: Error): void {
    for (const kind of kinds) {
      const result = this.#results.get(kind);
      this.#results.delete(kind);
      if (error) result?.reject(error);
      else result?.resolve(undefined);
    }
  }
}
