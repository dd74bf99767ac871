import { Injectable } from '@nestjs/common';

export type LifecyclePhase = 'starting' | 'ready' | 'stopping';

/** Where the process is in its life. Moves forward only. */
@Injectable()
export class LifecycleState {
  private current: LifecyclePhase = 'starting';

  get phase(): LifecyclePhase {
    return this.current;
  }

  /** After everything has started; has no effect on a process that is already stopping. */
  markReady(): void {
    if (this.current === 'starting') this.current = 'ready';
  }

  /** First step of a graceful stop: readiness goes off, so that no new traffic is sent here. */
  markStopping(): void {
    this.current = 'stopping';
  }
}
