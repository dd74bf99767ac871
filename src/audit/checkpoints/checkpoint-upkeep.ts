import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { AnchorPublisher } from '../anchors/anchor-publisher';
import { AuditConfig } from '../audit.config';
import { AuditKeys } from './audit-keys';
import { CheckpointRepository } from './checkpoint.repository';

const TICK_MS = 5_000;
const MINUTE_MS = 60_000;

/** Signs checkpoints by the clock and brings all of them to the anchors. Runs in every process that runs jobs; more than one do no harm. */
@Injectable()
export class CheckpointUpkeep implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(CheckpointUpkeep.name);
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly checkpoints: CheckpointRepository,
    private readonly keys: AuditKeys,
    private readonly anchors: AnchorPublisher,
    private readonly config: AuditConfig,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.turn = this.turn.then(() => this.run());
    }, TICK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.turn;
  }

  /** One turn. Never rejects: what failed is due again. */
  async run(): Promise<void> {
    try {
      if (this.keys.current) await this.sign();
      await this.anchors.publish(this.stopping.signal);
    } catch (error) {
      this.logger.warn({ err: error }, 'checkpoints cannot be made');
    }
  }

  private async sign(): Promise<void> {
    const before = new Date(this.clock.now() - this.config.checkpointMinutes * MINUTE_MS);
    for (const organizationId of await this.checkpoints.findDue(before))
      await this.checkpoints.make(organizationId);
  }
}
