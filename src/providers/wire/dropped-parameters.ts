import type { DroppedParameter } from '../../llm/chat-result';

/** Collects what could not be passed on as the client wrote it; each name and action once. */
export class DroppedParameters {
  private readonly found: DroppedParameter[] = [];

  add(name: string, action: DroppedParameter['action'], detail?: string): void {
    if (this.found.some((known) => known.name === name && known.action === action)) return;
    this.found.push(detail === undefined ? { name, action } : { name, action, detail });
  }

  drop(name: string, detail?: string): void {
    this.add(name, 'dropped', detail);
  }

  list(): readonly DroppedParameter[] {
    return this.found;
  }
}
