/** A counter whose labels are bound already. */
export interface BoundCounter {
  inc(by: number): void;
}

/** A histogram whose labels are bound already. */
export interface BoundHistogram {
  observe(value: number): void;
}

/** Remembers metrics with bound labels, so that the hot path makes no label objects. Keys come from bounded labels. */
export class ChildCache<T> {
  private readonly children = new WeakMap<object, Map<string, T>>();

  get(metric: object, key: string, bind: () => T): T {
    const known = this.children.get(metric) ?? this.mapFor(metric);
    const child = known.get(key);
    if (child !== undefined) return child;
    const bound = bind();
    known.set(key, bound);
    return bound;
  }

  private mapFor(metric: object): Map<string, T> {
    const map = new Map<string, T>();
    this.children.set(metric, map);
    return map;
  }
}
