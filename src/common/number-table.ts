/** A fixed map from 32-bit numbers to positive numbers: a look-up costs about one array read. */
export class NumberTable {
  readonly #mask: number;
  readonly #keys: Int32Array;
  readonly #values: Int32Array;

  constructor(entries: ReadonlyMap<number, number>) {
    let size = 16;
    while (size < entries.size * 4) size *= 2;
    this.#mask = size - 1;
    this.#keys = new Int32Array(size);
    this.#values = new Int32Array(size);
    for (const [key, value] of entries) this.#add(key, value);
  }

  /** 0 when the key is unknown. */
  get(key: number): number {
    for (let place = this.#placeOf(key); ; place = (place + 1) & this.#mask) {
      const value = this.#values[place] ?? 0;
      if (value === 0 || this.#keys[place] === key) return value;
    }
  }

  #add(key: number, value: number): void {
    let place = this.#placeOf(key);
    while ((this.#values[place] ?? 0) !== 0) place = (place + 1) & this.#mask;
    this.#keys[place] = key;
    this.#values[place] = value;
  }

  #placeOf(key: number): number {
    return (key ^ (key >>> 15)) & this.#mask;
  }
}
