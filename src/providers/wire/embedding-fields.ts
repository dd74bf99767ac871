import type { EmbeddingRequest } from '../../llm/embedding-request';
import { ROUTER_FIELDS } from './router-fields';
import type { DroppedParameters } from './dropped-parameters';

/** Puts the extensions a vendor knows into its body and reports all others. */
export function addEmbeddingExtensions(
  body: Record<string, unknown>,
  { extensions }: EmbeddingRequest,
  { known, dropped }: { readonly known?: ReadonlySet<string>; readonly dropped: DroppedParameters },
): void {
  for (const name of Object.keys(extensions)) {
    if (known?.has(name) === true) body[name] = extensions[name];
    else if (!ROUTER_FIELDS.has(name)) dropped.drop(name);
  }
}

/** The inputs of a vendor that takes text only. The planner gives it no others; ids would come out as their numbers. */
export function textsOf({ inputs }: EmbeddingRequest): readonly string[] {
  return inputs.map((input) => (typeof input === 'string' ? input : input.join(' ')));
}
