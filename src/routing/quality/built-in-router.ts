import { BUILT_IN_WEIGHTS } from './built-in-weights';
import { parseRouterArtefact, type ParsedRouter } from './router-artefact';

let parsed: ParsedRouter | undefined;

/** The router that ships: knows what holds for any model and leaves who is better to the catalogue. */
export function builtInRouter(): ParsedRouter {
  parsed ??= parseRouterArtefact(BUILT_IN_WEIGHTS);
  return parsed;
}
