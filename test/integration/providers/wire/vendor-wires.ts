import { ANTHROPIC_WIRE } from './anthropic-wire';
import { COHERE_WIRE } from './cohere-wire';
import { FAMILY_WIRES } from './family-wires';
import { GOOGLE_WIRE } from './google-wire';
import type { VendorWire } from './vendor-wire';

/** Every vendor with its wire. A vendor of the table that is missing here fails the matrix. */
export const VENDOR_WIRES: readonly VendorWire[] = [
  ...FAMILY_WIRES,
  ANTHROPIC_WIRE,
  GOOGLE_WIRE,
  COHERE_WIRE,
];
