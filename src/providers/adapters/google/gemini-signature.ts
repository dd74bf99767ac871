import { isJsonObject, type JsonObject } from '../../../common/json';
import type { TextPart } from '../../../llm/content-part';

type VendorData = TextPart['vendorData'];

/** Google's word for "this call has lost its signature, take it as it is": without one, newer models refuse the turn. */
export const LOST_SIGNATURE = 'skip_thought_signature_validator';

/** A thought signature and the model it came from. */
export interface ThoughtSignature {
  readonly signature: string;
  /** Undefined when whoever carried it does not say. */
  readonly model: string | undefined;
}

/** A thought signature in the form in which Google's own compatibility layer hands it to clients, and its model. */
export function toVendorData(signature: string, model: string): { readonly google: JsonObject } {
  return { google: { thought_signature: signature, model } };
}

/** The thought signature in vendor data, or in a member of that form a client sent back. */
export function signatureIn(data: VendorData | JsonObject): ThoughtSignature | undefined {
  const google = data?.['google'];
  if (!isJsonObject(google)) return undefined;
  const { thought_signature: signature, model } = google;
  if (typeof signature !== 'string' || signature === '') return undefined;
  return { signature, model: typeof model === 'string' ? model : undefined };
}
