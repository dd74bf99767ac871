export interface HealthCheckResult {
  readonly ok: boolean;
  /** A few words for operators, such as `2 of 3 providers usable`; public, so no address, no error text. */
  readonly detail?: string;
}

/** One condition for taking traffic, contributed by the module that knows it. */
export interface HealthCheck {
  /** Key in the answer of `/health/ready`, such as `database`. */
  readonly name: string;
  /** May fail or hang: both count as not ok. The signal fires at the deadline. */
  check(signal: AbortSignal): Promise<HealthCheckResult>;
}

/** Token of the list of all {@link HealthCheck}s, assembled where the modules are. */
export const HEALTH_CHECKS = Symbol('HEALTH_CHECKS');
