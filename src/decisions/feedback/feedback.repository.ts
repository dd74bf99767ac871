import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** Feedback on an answer, with what is known of the answer. */
export interface Feedback {
  readonly requestId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly provider: string;
  readonly model: string;
  readonly intent: string;
  readonly band: number;
  /** 0 bad … 1 good. */
  readonly score: number;
}

const UPSERT = `
  INSERT INTO routing_feedback (request_id, user_id, organization_id, provider, model, intent, band, score)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (request_id, user_id) DO UPDATE SET score = excluded.score, given_at = now()`;

/** Keeps the last word of each user about each request. */
@Injectable()
export class FeedbackRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async keep(feedback: Feedback): Promise<void> {
    const { requestId, userId, organizationId, provider, model, intent, band, score } = feedback;
    await this.dataSource.query(UPSERT, [
      requestId,
      userId,
      organizationId,
      provider,
      model,
      intent,
      band,
      score,
    ]);
  }

  async dropBefore(day: string): Promise<void> {
    await this.dataSource.query('DELETE FROM routing_feedback WHERE given_at < $1::date', [day]);
  }
}
