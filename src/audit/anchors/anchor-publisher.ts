import { Injectable, Logger } from '@nestjs/common';
import { appendLines } from '../append-lines';
import { AuditConfig } from '../audit.config';
import { CheckpointRepository } from '../checkpoints/checkpoint.repository';
import type { Checkpoint } from '../checkpoints/checkpoint';
import { SignedPost } from '../signed-post';

const BATCH = 100;

interface Anchor {
  readonly name: string;
  publish(checkpoints: readonly Checkpoint[], signal: AbortSignal): Promise<void>;
}

/** Brings checkpoints to where the database cannot reach them: each at least once to each configured anchor. */
@Injectable()
export class AnchorPublisher {
  private readonly logger = new Logger(AnchorPublisher.name);
  private readonly anchors: readonly Anchor[];
  private readonly failing = new Set<string>();

  constructor(
    config: AuditConfig,
    private readonly checkpoints: CheckpointRepository,
    post: SignedPost,
  ) {
    this.anchors = anchorsOf(config, post);
  }

  /** Publishes what is due. Never rejects: what an anchor did not take is due again. */
  async publish(signal: AbortSignal): Promise<void> {
    for (const anchor of this.anchors) {
      try {
        while (await this.publishBatch(anchor, signal));
        this.failing.delete(anchor.name);
      } catch (error) {
        if (!this.failing.has(anchor.name))
          this.logger.warn({ err: error, anchor: anchor.name }, 'checkpoints cannot be anchored');
        this.failing.add(anchor.name);
      }
    }
  }

  /** Returns whether there may be more. */
  private async publishBatch(anchor: Anchor, signal: AbortSignal): Promise<boolean> {
    const due = await this.checkpoints.findUnanchored(anchor.name, BATCH);
    if (due.length === 0) return false;
    await anchor.publish(due, signal);
    await this.checkpoints.markAnchored(anchor.name, due);
    return due.length === BATCH;
  }
}

function anchorsOf(config: AuditConfig, post: SignedPost): readonly Anchor[] {
  const { anchorFile: path, anchorUrl: url, anchorSecret: secret } = config;
  const anchors: Anchor[] = [];
  if (path !== undefined)
    anchors.push({ name: 'file', publish: (checkpoints) => appendLines(path, checkpoints) });
  if (url !== undefined) {
    anchors.push({
      name: 'webhook',
      publish: (checkpoints, signal) =>
        post.send({
          url,
          secret,
          contentType: 'application/json',
          body: JSON.stringify({ checkpoints }),
          signal,
        }),
    });
  }
  return anchors;
}
