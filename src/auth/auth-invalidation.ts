import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { isJsonObject, parseJson } from '../common/json';
import { PubSub } from '../platform/pub-sub/pub-sub';
import { AuthCaches, type AuthChange } from './auth-caches';

const CHANNEL = 'auth-changes';

/** Tells all replicas that a key, session, user or organization has changed, so that they look again at once. */
@Injectable()
export class AuthInvalidation implements OnModuleInit {
  private readonly logger = new Logger('auth');

  constructor(
    private readonly pubSub: PubSub,
    private readonly caches: AuthCaches,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.pubSub.subscribe(CHANNEL, {
      onMessage: (message) => this.receive(message),
      onGap: () => this.caches.distrust(),
    });
  }

  /** Call after the change is committed. A lost message only delays it to the cache lifetime, so failures are logged. */
  async announce(change: AuthChange): Promise<void> {
    this.caches.apply(change);
    try {
      await this.pubSub.publish(CHANNEL, JSON.stringify(change));
    } catch {
      this.logger.warn(
        'A change of keys could not be announced to other replicas; they notice it within the cache lifetime',
      );
    }
  }

  private receive(message: string): void {
    const change = readChange(parseJson(message));
    if (change === undefined) this.caches.distrust();
    else this.caches.apply(change);
  }
}

/** Undefined for a message of another version: then nothing is trusted. */
function readChange(value: unknown): AuthChange | undefined {
  if (!isJsonObject(value)) return undefined;
  const { apiKeyId, sessionId, userId, organizationId } = value;
  if (typeof apiKeyId === 'string') return { apiKeyId };
  if (typeof sessionId === 'string') return { sessionId };
  if (typeof userId === 'string') return { userId };
  return typeof organizationId === 'string' ? { organizationId } : undefined;
}
