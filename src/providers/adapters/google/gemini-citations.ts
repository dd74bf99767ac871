import { isJsonObject, type JsonObject } from '../../../common/json';
import type { Citation } from '../../../llm/content-part';

/** Sources the model recites, which whoever shows the answer has to name. */
export function toCitations(candidate: JsonObject): readonly Citation[] {
  const metadata = candidate['citationMetadata'];
  const sources = isJsonObject(metadata) ? (metadata['citationSources'] ?? metadata['citations']) : undefined;
  return Array.isArray(sources) ? sources.filter(isJsonObject).map(toCitation) : [];
}

function toCitation(source: JsonObject): Citation {
  const { uri, title, startIndex, endIndex } = source;
  return {
    ...(typeof uri === 'string' && { url: uri }),
    ...(typeof title === 'string' && { title }),
    ...(typeof startIndex === 'number' && { start: startIndex }),
    ...(typeof endIndex === 'number' && { end: endIndex }),
  };
}
