import { Injectable } from '@nestjs/common';
import { BudgetAdmission } from '../../cost/holds/budget-admission';
import type { VendorRun } from './chat-run';

/** Settles requests that are over, beside the client's answer; a graceful stop waits for it. */
@Injectable()
export class RunSettlement {
  private readonly unfinished = new Set<Promise<void>>();

  constructor(private readonly admission: BudgetAdmission) {}

  /** Settles the hold with what was spent. Not awaited by the client's answer; see {@link drained}. */
  finish(run: VendorRun): void {
    const { costNanoUsd, tokens } = run.tally;
    const settling = this.admission.settle(run.hold, { costNanoUsd, tokens });
    this.unfinished.add(settling);
    void settling.finally(() => this.unfinished.delete(settling));
  }

  /** Resolves when every finished request is settled. */
  async drained(): Promise<void> {
    await Promise.all(this.unfinished);
  }
}
