import { Injectable } from '@nestjs/common';
import { BudgetAdmission } from '../../cost/holds/budget-admission';
import type { VendorRun } from './chat-run';
import { RequestClosing } from './request-closing';

/** Settles requests that are over, beside the client's answer; a graceful stop waits for it. */
@Injectable()
export class RunSettlement {
  private readonly unfinished = new Set<Promise<unknown>>();

  constructor(
    private readonly admission: BudgetAdmission,
    private readonly closing: RequestClosing,
  ) {}

  /** Settles the hold with what was spent, and notes how the request ended. Not awaited by the client's answer; see {@link drained}. */
  finish(run: VendorRun): void {
    const { costNanoUsd, tokens } = run.tally;
    const settling = this.admission.settle(run.hold, { costNanoUsd, tokens });
    const finishing = Promise.all([settling, this.closing.note(run)]);
    this.unfinished.add(finishing);
    void finishing.finally(() => this.unfinished.delete(finishing));
  }

  /** Resolves when every finished request is settled. */
  async drained(): Promise<void> {
    await Promise.all(this.unfinished);
  }
}
