import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import { HEALTH_CHECKS, type HealthCheck, type HealthCheckResult } from '../platform/lifecycle/health-check';
import { describeError } from '../platform/logging/describe-error';

export interface CheckOutcome extends HealthCheckResult {
  readonly name: string;
  readonly durationMs: number;
}

const DEADLINE_MS = 2_000;
/** The route is public: however often it is asked, the checks run about once a second. */
const REMEMBER_MS = 1_000;

/** Runs all contributed checks side by side, each with a short deadline. */
@Injectable()
export class ReadinessService {
  private readonly logger = new Logger('health');
  private latest: Promise<readonly CheckOutcome[]> | undefined;
  private latestAtMs = 0;

  constructor(
    @Inject(HEALTH_CHECKS) private readonly checks: readonly HealthCheck[],
    private readonly clock: Clock,
  ) {}

  /** Never fails: a check that throws or hangs is reported as not ok. */
  async runChecks(): Promise<readonly CheckOutcome[]> {
    const now = this.clock.monotonic();
    if (this.latest === undefined || now - this.latestAtMs > REMEMBER_MS) {
      this.latestAtMs = now;
      this.latest = Promise.all(this.checks.map((check) => this.runCheck(check)));
    }
    return this.latest;
  }

  private async runCheck(check: HealthCheck): Promise<CheckOutcome> {
    const startedAt = performance.now();
    const result = await this.resultOf(check);
    return { name: check.name, ...result, durationMs: Math.round((performance.now() - startedAt) * 10) / 10 };
  }

  private async resultOf(check: HealthCheck): Promise<HealthCheckResult> {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<HealthCheckResult>((resolve) => {
      timer = setTimeout(() => {
        controller.abort();
        resolve({ ok: false, detail: 'timed out' });
      }, DEADLINE_MS);
    });
    try {
      return await Promise.race([check.check(controller.signal), deadline]);
    } catch (error) {
      this.logger.warn({ message: 'Health check failed', check: check.name, error: describeError(error) });
      return { ok: false, detail: 'failed' };
    } finally {
      clearTimeout(timer);
    }
  }
}
