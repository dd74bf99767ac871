/** Why an embedder is not asked although nothing is broken. */
export type EmbedderRefusalReason = 'no_budget' | 'not_allowed';

/** An embedder may not be asked for a text, or nobody pays for it. */
export class EmbedderRefusal extends Error {
  constructor(readonly reason: EmbedderRefusalReason) {
    super(`the embedder is not asked: ${reason}`);
    this.name = 'EmbedderRefusal';
  }
}
