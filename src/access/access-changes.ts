import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { isJsonObject, parseJson } from '../common/json';
import { PubSub } from '../platform/pub-sub/pub-sub';

/** What a change of rights is about: everything remembered that carries this id is looked up again. */
export type AccessChange =
  | { readonly apiKeyId: string }
  | { readonly sessionId: string }
  | { readonly userId: string }
  | { readonly projectId: string }
  | { readonly organizationId: string };

/** Something that remembers rights. */
export interface AccessMemory {
  apply(change: AccessChange): void;
  /** Messages may have been missed: nothing is to be trusted without looking again. */
  distrust(): void;
}

const CHANNEL = 'auth-changes';

/** Tells this process and all other replicas that a key, session, user, project or organization has changed, so that they look again at once. */
@Injectable()
export class AccessChanges implements OnModuleInit {
  private readonly logger = new Logger('access');
  readonly #memories: AccessMemory[] = [];

  constructor(private readonly pubSub: PubSub) {}

  async onModuleInit(): Promise<void> {
    await this.pubSub.subscribe(CHANNEL, {
      onMessage: (message) => this.receive(message),
      onGap: () => this.distrust(),
    });
  }

  /** From now on the memory hears of every change. */
  inform(memory: AccessMemory): void {
    this.#memories.push(memory);
  }

  /** Call after the change is committed. A lost message only delays it to the lifetime of what is remembered, so failures are logged. */
  async announce(change: AccessChange): Promise<void> {
    this.apply(change);
    try {
      await this.pubSub.publish(CHANNEL, JSON.stringify(change));
    } catch {
      this.logger.warn(
        'A change of rights could not be announced to other replicas; they notice it within the cache lifetime',
      );
    }
  }

  private receive(message: string): void {
    const change = readChange(parseJson(message));
    if (change === undefined) this.distrust();
    else this.apply(change);
  }

  private apply(change: AccessChange): void {
    for (const memory of this.#memories) memory.apply(change);
  }

  private distrust(): void {
    for (const memory of this.#memories) memory.distrust();
  }
}

/** Undefined for a message of another version: then nothing is trusted. */
function readChange(value: unknown): AccessChange | undefined {
  if (!isJsonObject(value)) return undefined;
  const { apiKeyId, sessionId, userId, projectId, organizationId } = value;
  if (typeof apiKeyId === 'string') return { apiKeyId };
  if (typeof sessionId === 'string') return { sessionId };
  if (typeof userId === 'string') return { userId };
  if (typeof projectId === 'string') return { projectId };
  return typeof organizationId === 'string' ? { organizationId } : undefined;
}
