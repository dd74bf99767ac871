import { isJsonObject, type JsonObject } from '../../common/json';
import { canonicalJson } from '../../common/canonical-json';
import { isSignedBy, keyIdOf, type SigningKey } from './signing-key';

/** Name of the signed form; changes when its meaning does. */
const FORM = 'modelmuxer.audit.checkpoint.v1';

/** A statement about a trail: it began after `first_previous_hash`, and its event number `sequence` had `hash`. */
export interface CheckpointFacts {
  readonly organization_id: string;
  readonly sequence: string;
  readonly hash: string;
  readonly first_sequence: string;
  readonly first_previous_hash: string;
  /** ISO 8601. */
  readonly created_at: string;
}

/** The statement with the signature under it; everything needed to check it but the trust in the key. */
export interface Checkpoint extends CheckpointFacts {
  readonly key_id: string;
  readonly public_key: string;
  readonly signature: string;
}

const FIELDS = [
  'organization_id',
  'sequence',
  'hash',
  'first_sequence',
  'first_previous_hash',
  'created_at',
  'key_id',
  'public_key',
  'signature',
] as const;
const NUMBER = /^\d{1,18}$/;

export function signCheckpoint(facts: CheckpointFacts, key: SigningKey): Checkpoint {
  const unsigned = { ...facts, key_id: key.keyId, public_key: key.publicKey };
  return { ...unsigned, signature: key.sign(signedText(unsigned)) };
}

/** True when the signature is right and the key is the one its id names. Says nothing about whose key it is. */
export function isGenuine(checkpoint: Checkpoint): boolean {
  const { signature, ...unsigned } = checkpoint;
  return (
    keyIdOf(checkpoint.public_key) === checkpoint.key_id &&
    isSignedBy(checkpoint.public_key, signedText(unsigned), signature)
  );
}

/** Reads a checkpoint from an anchor or the database; undefined when it is none. */
export function parseCheckpoint(value: unknown): Checkpoint | undefined {
  return isJsonObject(value) && hasCheckpointShape(value) ? value : undefined;
}

function hasCheckpointShape(value: JsonObject): value is JsonObject & Checkpoint {
  return (
    FIELDS.every((field) => typeof value[field] === 'string') &&
    NUMBER.test(String(value['sequence'])) &&
    NUMBER.test(String(value['first_sequence']))
  );
}

function signedText(unsigned: Omit<Checkpoint, 'signature'>): string {
  return canonicalJson([
    FORM,
    unsigned.organization_id,
    unsigned.sequence,
    unsigned.hash,
    unsigned.first_sequence,
    unsigned.first_previous_hash,
    unsigned.created_at,
    unsigned.key_id,
    unsigned.public_key,
  ]);
}
