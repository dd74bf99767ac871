import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { isJsonObject } from '../../common/json';
import type { Secret } from '../../platform/config/secret';

const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;
const ID_CHARACTERS = 32;
const PURPOSE = 'modelmuxer audit checkpoints';

/** An Ed25519 key that signs checkpoints. */
export interface SigningKey {
  /** Fingerprint of the public key: who trusts the id trusts exactly one key. */
  readonly keyId: string;
  /** The 32 bytes in base64url. */
  readonly publicKey: string;
  sign(text: string): string;
}

/** A PEM private key as it is; any other text is the secret from which the key is derived. */
export function toSigningKey(secret: Secret): SigningKey {
  const text = secret.reveal().replaceAll('\\n', '\n');
  const key = text.includes('-----BEGIN') ? createPrivateKey(text) : deriveKey(text);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key of audit checkpoints has to be Ed25519');
  const publicKey = publicPartOf(key);
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (message) => sign(null, Buffer.from(message), key).toString('base64url'),
  };
}

export function keyIdOf(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
  return `ak_${digest.slice(0, ID_CHARACTERS)}`;
}

/** False for anything that is not a signature of the text by this key. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

function deriveKey(text: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', text, '', PURPOSE, SEED_BYTES));
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

function publicPartOf(key: KeyObject): string {
  const jwk: unknown = createPublicKey(key).export({ format: 'jwk' });
  const part = isJsonObject(jwk) ? jwk['x'] : undefined;
  if (typeof part !== 'string') throw new Error('an Ed25519 key without a public part');
  return part;
}
