import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error';
import { PASSWORD_ERRORS } from './password.errors';

const deriveKey = promisify(argon2);

/** OWASP's recommendation for argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_CONCURRENT = 2;
const MAX_WAITING = 64;
const ENCODED =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,64})\$([A-Za-z0-9+/]{43})$/;

/**
 * Password hashes (argon2id, PHC text form). At most two are computed at a time, so that a burst of log-ins cannot
 * take all threads and memory; with more than 64 waiting, further calls fail with 503.
 */
@Injectable()
export class PasswordHasher {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.derive(password, salt, COST);
    return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(salt)}$${base64(hash)}`;
  }

  /** False for a wrong password and for a text that is no hash of ours. */
  async verify(password: string, encoded: string): Promise<boolean> {
    const match = ENCODED.exec(encoded);
    if (match === null) return false;
    const [, memory, passes, parallelism, salt = '', hash = ''] = match;
    const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
    const actual = await this.derive(password, Buffer.from(salt, 'base64'), cost);
    return timingSafeEqual(actual, Buffer.from(hash, 'base64'));
  }

  private async derive(password: string, nonce: Buffer, cost: typeof COST): Promise<Buffer> {
    await this.acquire();
    try {
      return await deriveKey('argon2id', { message: password, nonce, tagLength: HASH_BYTES, ...cost });
    } finally {
      this.release();
    }
  }

  private async acquire(): Promise<void> {
    if (this.#running < MAX_CONCURRENT) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      throw new AppError(PASSWORD_ERRORS.busy, {
        public: 'Too many log-ins are being checked. Please try again.',
        retryAfterSeconds: 2,
      });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the place over to the next one waiting, or frees it. */
  private release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
