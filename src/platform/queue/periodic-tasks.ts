import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { asDatabaseOutage } from '../database/database-outage';
import { PERIODIC_TASKS, type PeriodicTask } from './periodic-task';

/** A task whose process died is taken over after this long at the latest, or after its own interval. */
const LEASE_MS = 60_000;
const LONGEST_SLEEP_MS = 60_000;
const MAX_ERROR_LENGTH = 500;

/** Whoever changes the row first has the task; the others see a time that is not due. */
const CLAIM = `
  INSERT INTO periodic_task AS kept (name, next_run_at, started_at) VALUES ($1, now() + $2 * interval '1 ms', now())
  ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at, started_at = excluded.started_at
  WHERE kept.next_run_at <= now()
  RETURNING name`;
const FINISH = `
  UPDATE periodic_task SET finished_at = now(), last_error = $2,
    next_run_at = greatest(now(), started_at + $3 * interval '1 ms')
  WHERE name = $1`;

/** Runs every periodic task in one process at a time, however many processes there are. */
@Injectable()
export class PeriodicTasks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PeriodicTasks.name);
  private readonly stopping = new AbortController();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();

  constructor(
    @Inject(PERIODIC_TASKS) private readonly tasks: readonly PeriodicTask[],
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  onApplicationBootstrap(): void {
    const names = this.tasks.map(({ name }) => name);
    if (new Set(names).size < names.length)
      throw new Error(`Two periodic tasks share a name: ${names.join(', ')}`);
    for (const task of this.tasks) this.schedule(task, Math.random() * Math.min(task.everyMs, 1_000));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.running);
  }

  private schedule(task: PeriodicTask, delayMs: number): void {
    if (this.stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const work = this.runWhenDue(task).finally(() => {
        this.running.delete(work);
        this.schedule(task, Math.min(task.everyMs, LONGEST_SLEEP_MS));
      });
      this.running.add(work);
    }, delayMs).unref();
    this.timers.add(timer);
  }

  private async runWhenDue(task: PeriodicTask): Promise<void> {
    try {
      const lease = Math.max(task.everyMs, LEASE_MS);
      const claimed: unknown[] = await this.dataSource.query(CLAIM, [task.name, lease]);
      if (claimed.length === 0) return;
      const failure = await this.failureOf(task);
      await this.dataSource.query(FINISH, [task.name, failure, task.everyMs]);
    } catch (error) {
      // Without a database nobody can run the task; it is due when the database is back.
      if (asDatabaseOutage(error) === undefined && !this.stopping.signal.aborted) this.warn(task, error);
    }
  }

  private async failureOf(task: PeriodicTask): Promise<string | null> {
    try {
      await task.run(this.stopping.signal);
      return null;
    } catch (error) {
      if (!this.stopping.signal.aborted) this.warn(task, error);
      return String(error instanceof Error ? error.message : error).slice(0, MAX_ERROR_LENGTH);
    }
  }

  private warn(task: PeriodicTask, error: unknown): void {
    this.logger.warn(
      `Periodic task ${task.name} failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
