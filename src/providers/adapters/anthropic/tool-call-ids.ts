const FOREIGN_CHARACTERS = /[^a-zA-Z0-9_-]/g;

/**
 * Ids of tool calls as Anthropic takes them: letters, digits, `_` and `-`, each id once per request.
 * Other vendors use other characters and begin anew in every turn; a result gets the id of the latest
 * call it can belong to.
 */
export class ToolCallIds {
  private readonly latest = new Map<string, string>();
  private readonly used = new Set<string>();

  forCall(id: string): string {
    const clean = cleaned(id);
    let unique = clean;
    for (let number = 2; this.used.has(unique); number++) unique = `${clean}_${number}`;
    this.used.add(unique);
    this.latest.set(id, unique);
    return unique;
  }

  forResult(id: string): string {
    return this.latest.get(id) ?? cleaned(id);
  }
}

function cleaned(id: string): string {
  return id.replace(FOREIGN_CHARACTERS, '_') || 'call';
}
