/** Columns of the ledger that count tokens of prompts, each billed at its own price. */
export const INPUT_BUCKETS = [
  'input_uncached',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'audio_input',
  'image_input',
] as const;

/** The same for answers. */
export const OUTPUT_BUCKETS = ['output_text', 'reasoning', 'audio_output', 'image_output'] as const;

export const LEDGER_BUCKETS = [...INPUT_BUCKETS, ...OUTPUT_BUCKETS] as const;

export type LedgerBucket = (typeof LEDGER_BUCKETS)[number];
