/** Collects conditions with numbered placeholders; values never become part of the SQL text. */
export class WhereClause {
  readonly values: unknown[] = [];
  private readonly conditions: string[] = [];

  get text(): string {
    return this.conditions.join(' AND ');
  }

  /** A condition whose right side is the value; none for undefined. */
  add(left: string, value: string | Date | undefined): void {
    if (value === undefined) return;
    this.conditions.push(`${left} ${this.place(value)}`);
  }

  addTuple(left: string, values: readonly [string, string]): void {
    this.conditions.push(`${left} (${this.place(values[0])}::timestamptz, ${this.place(values[1])})`);
  }

  /** A condition of fixed text; `?` stands for the value wherever it occurs. */
  addText(condition: string, value?: string): void {
    this.conditions.push(value === undefined ? condition : condition.replaceAll('?', this.place(value)));
  }

  private place(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
