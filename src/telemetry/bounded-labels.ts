const OTHER = 'other';

/** Lets a bounded number of different label values through; all later ones become `other`. */
export class BoundedLabels {
  private readonly seen = new Set<string>();

  constructor(private readonly max: number) {}

  of(value: string): string {
    if (this.seen.has(value)) return value;
    if (this.seen.size >= this.max) return OTHER;
    this.seen.add(value);
    return value;
  }
}

/** Lets through only the providers and models that were announced; what a client made up becomes `other`. */
export class KnownModels {
  private readonly providers = new Map<string, Set<string>>();

  add(provider: string, models: Iterable<string>): void {
    const known = this.providers.get(provider) ?? new Set();
    for (const model of models) known.add(model);
    this.providers.set(provider, known);
  }

  labelsOf(provider: string, model: string): { provider: string; model: string } {
    const known = this.providers.get(provider);
    if (known === undefined) return { provider: OTHER, model: OTHER };
    return { provider, model: known.has(model) ? model : OTHER };
  }
}
