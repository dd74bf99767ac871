/** Work that is due again and again. It must be idempotent: after a crash it may run twice. */
export interface PeriodicTask {
  /** Unique over the installation; under it the database remembers when the task ran. */
  readonly name: string;
  readonly everyMs: number;
  /** Rejecting is logged; the task is due again after `everyMs`. */
  run(signal: AbortSignal): Promise<void>;
}

/** Token of the list of all {@link PeriodicTask}s of a process that runs jobs. */
export const PERIODIC_TASKS = Symbol('PERIODIC_TASKS');
