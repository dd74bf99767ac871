import { createHmac, randomBytes } from 'node:crypto';
import type { Secret } from '../platform/config/secret';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 43 characters of 62 hold 256 bits. */
const RANDOM_CHARACTERS = 43;
/** Bytes from here on would favour the first characters of the alphabet. */
const UNBIASED_BYTES = 256 - (256 % ALPHABET.length);
const FORM = /^mm_[0-9A-Za-z]{43}$/;
const PREFIX_LENGTH = 11;

/** Form of the id of a key, made here or derived for a static key; other texts name none. */
export const API_KEY_ID = /^key_[a-z0-9_]{1,60}$/;

/** A new key with 256 random bits. Whoever makes one shows it once and keeps its hash. */
export function newApiKey(): string {
  let text = 'mm_';
  while (text.length < RANDOM_CHARACTERS + 3) {
    for (const byte of randomBytes(64)) {
      if (byte < UNBIASED_BYTES && text.length < RANDOM_CHARACTERS + 3)
        text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}

/** True for the form of an issued key; anything else needs no look-up. */
export function isIssuedKeyForm(token: string): boolean {
  return FORM.test(token);
}

/** The part that is shown in lists: enough to recognise a key, useless for guessing the rest. */
export function displayPrefix(key: string): string {
  return key.slice(0, PREFIX_LENGTH);
}

/** Keyed hash under which keys are stored: whoever reads the database can neither use nor test a key. */
export class ApiKeyHasher {
  readonly #pepper: string;

  constructor(pepper: Secret) {
    this.#pepper = pepper.reveal();
  }

  /** 64 hexadecimal characters. */
  hash(text: string): string {
    return createHmac('sha256', this.#pepper).update(text).digest('hex');
  }
}
