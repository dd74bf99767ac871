/** What is used of the package; its own declarations do not resolve for Node's module rules. */
declare module '@huggingface/tokenizers' {
  export class Tokenizer {
    /** The content of tokenizer.json and of tokenizer_config.json. Throws for kinds it does not know. */
    constructor(tokenizer: object, config: object);
    encode(
      text: string,
      options?: { readonly add_special_tokens?: boolean },
    ): { readonly ids: readonly number[] };
  }
}
