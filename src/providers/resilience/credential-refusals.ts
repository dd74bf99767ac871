import type { ProviderError } from '../../llm/provider-error';

/** Why a vendor does not take a key, and until when the key is spared. */
export interface CredentialRefusal {
  readonly kind: 'authentication' | 'billing';
  readonly untilMs: number;
}

export interface RefusalPauses {
  /** After the first refusal; each further one doubles it. */
  readonly firstMs: number;
  readonly longestMs: number;
}

interface Mark extends CredentialRefusal {
  readonly pauseMs: number;
}

const MAX_MARKS = 10_000;

/** The keys a vendor has refused, as a whole or for single models. A mark stays until a call succeeds. */
export class CredentialRefusals {
  private readonly marks = new Map<string, Mark>();

  constructor(private readonly pauses: RefusalPauses) {}

  get isEmpty(): boolean {
    return this.marks.size === 0;
  }

  /** True when this is news: the key was not marked yet. A 403 speaks of the model that was asked for only. */
  note(error: ProviderError, called: { credential: string; model: string }, nowMs: number): boolean {
    if (error.kind !== 'authentication' && error.kind !== 'billing') return false;
    const isAboutModel = error.status === 403 || error.onlyThisModel;
    const name = isAboutModel ? nameOf(called.credential, called.model) : called.credential;
    const before = this.marks.get(name);
    const pauseMs = Math.min(before ? before.pauseMs * 2 : this.pauses.firstMs, this.pauses.longestMs);
    if (before === undefined && this.marks.size >= MAX_MARKS) this.forgetOldest();
    this.marks.set(name, { kind: error.kind, pauseMs, untilMs: nowMs + pauseMs });
    return before === undefined;
  }

  private forgetOldest(): void {
    const [oldest] = this.marks.keys();
    if (oldest !== undefined) this.marks.delete(oldest);
  }

  accept(credential: string, model?: string): void {
    this.marks.delete(credential);
    if (model !== undefined) this.marks.delete(nameOf(credential, model));
  }

  /** The mark of a key at a model, also when the key may be tried again already. */
  of(credential: string, model: string): CredentialRefusal | undefined {
    return this.marks.get(credential) ?? this.marks.get(nameOf(credential, model));
  }

  /** The mark that holds for all models. */
  ofAll(credential: string): CredentialRefusal | undefined {
    return this.marks.get(credential);
  }
}

function nameOf(credential: string, model: string): string {
  return `${credential} ${model}`;
}
