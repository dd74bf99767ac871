/** Names by which a client leaves the choice to the router. */
const ROUTED_NAMES: ReadonlySet<string> = new Set(['', 'auto', 'router']);

/** The model a client insists on; undefined when it leaves the choice to the router. */
export function insistedModel(name: string | undefined): string | undefined {
  const written = name?.trim() ?? '';
  return ROUTED_NAMES.has(written.toLowerCase()) ? undefined : written;
}
