/** What a server of the OpenAI family takes of an embeddings request; differences are data, not code. */
export interface EmbeddingProfile {
  /** Knows `encoding_format`. Others give numbers, which the gateway encodes itself. */
  readonly encodingFormat: boolean;
  /** Its name for the length of the vectors; without one, it has no such wish. */
  readonly dimensionsField?: 'dimensions' | 'output_dimension';
  readonly user: boolean;
  /** Its words for what the vectors are for, under `input_type`. */
  readonly purposes?: Readonly<Record<string, string>>;
  /** Further fields it knows, by wire name. */
  readonly knownFields?: ReadonlySet<string>;
}

/** OpenAI itself, or what stands in for it. */
export const OPENAI_EMBEDDINGS: EmbeddingProfile = {
  encodingFormat: true,
  dimensionsField: 'dimensions',
  user: true,
};

/** vLLM, Ollama, llama.cpp and whatever else speaks the dialect: the least that all of them understand. */
export const COMPATIBLE_EMBEDDINGS: EmbeddingProfile = {
  encodingFormat: false,
  dimensionsField: 'dimensions',
  user: true,
  knownFields: new Set(['truncate_prompt_tokens', 'add_special_tokens']),
};
