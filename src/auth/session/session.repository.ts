import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { SessionEntity } from './session.entity';

export interface RefreshStep {
  readonly generation: number;
  readonly idleSeconds: number;
}

/** What a refresh token that did not fit was worth. */
export type StaleRefresh = 'repeated' | 'reused' | 'over';

const ROTATE = `
  UPDATE auth_session
     SET generation = generation + 1, refreshed_at = now(),
         idle_ends_at = LEAST(ends_at, now() + make_interval(secs => $3))
   WHERE id = $1 AND generation = $2 AND revoked_at IS NULL AND idle_ends_at > now()
  RETURNING id`;

const JUDGE = `
  SELECT revoked_at IS NOT NULL OR idle_ends_at <= now() AS over,
         generation = $2 + 1 AND refreshed_at >= now() - make_interval(secs => $3) AS repeated,
         generation > $2 AS used
    FROM auth_session WHERE id = $1`;

/** Stores sessions; every change of one is a single statement, so that replicas cannot disagree. */
@Injectable()
export class SessionRepository {
  constructor(@InjectRepository(SessionEntity) private readonly sessions: Repository<SessionEntity>) {}

  async insert(session: Omit<SessionEntity, 'createdAt' | 'revokedAt'>): Promise<void> {
    await this.sessions.insert(session);
  }

  findById(id: string): Promise<SessionEntity | null> {
    return this.sessions.findOneBy({ id });
  }

  /** Moves to the next refresh token; false when this generation is not the current one of a running session. */
  async rotate(id: string, step: RefreshStep): Promise<boolean> {
    const [rows] = await this.sessions.manager.query<[unknown[], number]>(ROTATE, [
      id,
      step.generation,
      step.idleSeconds,
    ]);
    return rows.length > 0;
  }

  /** Why {@link rotate} said no. */
  async judge(id: string, generation: number, graceSeconds: number): Promise<StaleRefresh> {
    const [row] = await this.sessions.manager.query<{ over: boolean; repeated: boolean; used: boolean }[]>(
      JUDGE,
      [id, generation, graceSeconds],
    );
    if (row === undefined || row.over || !row.used) return 'over';
    return row.repeated ? 'repeated' : 'reused';
  }

  async revoke(id: string): Promise<void> {
    await this.sessions.manager.query(
      'UPDATE auth_session SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL',
      [id],
    );
  }

  /** Ends all sessions of a user but one; the answer says how many. */
  async revokeAllOf(userId: string, exceptId: string | undefined): Promise<number> {
    const [, count] = await this.sessions.manager.query<[unknown[], number]>(
      `UPDATE auth_session SET revoked_at = now()
        WHERE user_id = $1 AND revoked_at IS NULL AND idle_ends_at > now() AND id IS DISTINCT FROM $2`,
      [userId, exceptId ?? null],
    );
    return count;
  }

  /** Forgets sessions that ended more than a week ago. */
  async deleteOld(): Promise<void> {
    await this.sessions.manager.query(`DELETE FROM auth_session WHERE ends_at < now() - interval '7 days'`);
  }
}
