/** Values and where each stands between the lowest and the highest; the span counts as no less than a minimum. */
export class Scale {
  readonly #values: number[] = [];
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#values.push(value);
    if (value < this.#lowest) this.#lowest = value;
    if (value > this.#highest) this.#highest = value;
  }

  /** 0 for the lowest. For logarithms: twice as dear is the same step everywhere. */
  shareAboveLowest(index: number, minSpan: number): number {
    return ((this.#values[index] ?? 0) - this.#lowest) / Math.max(this.#highest - this.#lowest, minSpan);
  }

  /** 1 for the highest, falling to 0 at the bottom of the span. */
  shareFromBottom(index: number, minSpan: number): number {
    const below = this.#highest - (this.#values[index] ?? 0);
    return Math.max(0, 1 - below / Math.max(this.#highest - this.#lowest, minSpan));
  }
}
