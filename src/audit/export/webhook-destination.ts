import type { Secret } from '../../platform/config/secret';
import { PostRefused, type SignedPost } from '../signed-post';
import { ExportRefused, type ExportDestination, type ExportedEvent } from './export-destination';

/** An address to which events are posted; a 2xx answer is the receipt. */
export class WebhookDestination implements ExportDestination {
  readonly name = 'webhook';

  constructor(
    private readonly post: SignedPost,
    private readonly target: { readonly url: string; readonly secret: Secret | undefined },
  ) {}

  async send(events: readonly ExportedEvent[], signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ events });
    try {
      await this.post.send({ ...this.target, contentType: 'application/json', body, signal });
    } catch (error) {
      throw error instanceof PostRefused ? new ExportRefused(error.message) : error;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
