import { Injectable } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import type { PolicyOutcome } from '../policy/policy-engine';
import { MetricsService } from '../telemetry/metrics.service';

/** Tells metrics and trace what policy did to a request. */
@Injectable()
export class PolicyReport {
  constructor(private readonly metrics: MetricsService) {}

  /** Counts the outcome and ends the span with it. */
  write(outcome: PolicyOutcome<unknown>, span: Span | undefined): void {
    let redactions = 0;
    for (const [type, count] of outcome.redactions) {
      redactions += count;
      this.metrics.redaction(type, count);
    }
    for (const reason of outcome.reasons) this.metrics.policyViolation(reason);
    span?.setAttributes({
      blocked: outcome.blocked,
      reasons: outcome.reasons.join(','),
      num_redactions: redactions,
      pii_types_redacted: [...outcome.redactions.keys()].join(','),
    });
    span?.end();
  }
}
