import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A text that only somebody with the key it names can read. */
export interface Sealed {
  readonly keyId: string;
  /** `nonce.ciphertext.tag`, base64url. */
  readonly text: string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,40}$/;

/**
 * Keys by name; the first one encrypts, all decrypt (AES-256-GCM). What a text belongs to is authenticated along with it, so
 * that a row copied to another tenant cannot be read there.
 */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly currentKeyId: string;

  private constructor(keys: ReadonlyMap<string, Buffer>, currentKeyId: string) {
    this.#keys = keys;
    this.currentKeyId = currentKeyId;
  }

  /** Reads `name:base64` entries; throws a text that quotes no key. */
  static parse(text: string): KeyRing {
    const keys = new Map<string, Buffer>();
    for (const entry of text.split(/[,\n]/).map((part) => part.trim())) {
      if (entry === '') continue;
      const colon = entry.indexOf(':');
      const id = entry.slice(0, Math.max(colon, 0));
      const key = Buffer.from(entry.slice(colon + 1), 'base64');
      if (!KEY_ID.test(id))
        throw new Error('every key needs a name of letters, digits, - and _, and a colon');
      if (key.length !== KEY_BYTES) throw new Error(`the key "${id}" is not ${KEY_BYTES} bytes in base64`);
      if (keys.has(id)) throw new Error(`the name "${id}" is there twice`);
      keys.set(id, key);
    }
    const [current] = keys.keys();
    if (current === undefined) throw new Error('there is no key');
    return new KeyRing(keys, current);
  }

  seal(plain: string, belongsTo: string): Sealed {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keyOf(this.currentKeyId), nonce);
    cipher.setAAD(Buffer.from(`${this.currentKeyId}\n${belongsTo}`));
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    const parts = [nonce, ciphertext, cipher.getAuthTag()];
    return { keyId: this.currentKeyId, text: parts.map((part) => part.toString('base64url')).join('.') };
  }

  /** Undefined when the key is not at hand, or the text is not what was sealed for this owner. */
  open({ keyId, text }: Sealed, belongsTo: string): string | undefined {
    const key = this.#keys.get(keyId);
    const [nonce, ciphertext, tag] = text.split('.').map((part) => Buffer.from(part, 'base64url'));
    if (key === undefined || nonce?.length !== NONCE_BYTES || tag?.length !== TAG_BYTES || !ciphertext)
      return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(`${keyId}\n${belongsTo}`));
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }

  private keyOf(id: string): Buffer {
    const key = this.#keys.get(id);
    if (key === undefined) throw new Error('the current key is always there');
    return key;
  }
}
