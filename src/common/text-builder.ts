const PIECES_PER_BLOCK = 1024;

/** Puts a long text together from very many pieces; joins them as they come, so that no moment at the end has to. */
export class TextBuilder {
  readonly #blocks: string[] = [];
  #pieces: string[] = [];

  add(piece: string): void {
    this.#pieces.push(piece);
    if (this.#pieces.length < PIECES_PER_BLOCK) return;
    this.#blocks.push(this.#pieces.join(''));
    this.#pieces = [];
  }

  toString(): string {
    return this.#blocks.join('') + this.#pieces.join('');
  }
}
