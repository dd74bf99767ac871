import { createHmac, hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuthSecrets } from '../../auth/auth-secrets';
import { canonicalJson } from '../../common/canonical-json';
import { GatewayConfig } from '../gateway.config';
import type { Question } from './question-of';

/** A page of text costs some microseconds, a picture of ten megabytes would cost tens of milliseconds. */
const MAX_CHARACTERS = 200_000;
const KEY_BYTES = 32;
/** 144 bits: equal fingerprints of unequal questions do not happen. */
const LENGTH = 24;

/**
 * Names questions so that equal ones of an organization can be counted without keeping any of their text. The
 * name is an HMAC under a key that is derived from the pepper: without the pepper nobody can try out whether a guessed question
 * was asked, and the same question has another name in every organization and installation.
 */
@Injectable()
export class RequestFingerprints {
  readonly #key: Buffer;

  constructor(
    secrets: AuthSecrets,
    private readonly config: GatewayConfig,
  ) {
    const pepper = secrets.pepper.reveal();
    this.#key = Buffer.from(hkdfSync('sha256', pepper, 'modelmuxer', 'request fingerprint', KEY_BYTES));
  }

  /** Undefined when switched off, and for questions that are too long to be worth it. */
  of(organizationId: string, question: Question): string | undefined {
    if (!this.config.fingerprintRequests) return undefined;
    if (charactersLeft(question, MAX_CHARACTERS) < 0) return undefined;
    return createHmac('sha256', this.#key)
      .update(`${organizationId}\0${canonicalJson(question)}`)
      .digest('base64url')
      .slice(0, LENGTH);
  }
}

/** What is left of an allowance after all texts in the value; stops when it is used up. */
function charactersLeft(value: unknown, allowance: number): number {
  if (typeof value === 'string') return allowance - value.length;
  if (typeof value !== 'object' || value === null) return allowance - 1;
  let left = allowance;
  for (const item of Object.values(value)) {
    if (left < 0) return left;
    left = charactersLeft(item, left);
  }
  return left;
}
