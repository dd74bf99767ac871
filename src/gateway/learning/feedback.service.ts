import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { AppError } from '../../common/app-error';
import { parseJson } from '../../common/json';
import { LedgerRepository } from '../../cost/ledger/ledger.repository';
import { FeedbackRepository } from '../../decisions/feedback/feedback.repository';
import { bandOf } from '../../decisions/outcomes/outcome-count';
import { DecisionRepository } from '../../decisions/store/decision.repository';
import { isDecisionRecord } from '../../routing/decision-record';
import { AnswerMemory } from './answer-memory';
import { GATEWAY_ERRORS } from '../gateway.errors';

/** The confidence of the intent is not known. */
const NO_BAND = -1;

/** Takes what people say about their own answers. */
@Injectable()
export class FeedbackService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly decisions: DecisionRepository,
    private readonly feedback: FeedbackRepository,
    private readonly memory: AnswerMemory,
  ) {}

  /** The model the answer came from. 404 for requests of others, and for those that had no answer. */
  async take(caller: Caller, requestId: string, score: number): Promise<string> {
    const answer = await this.ledger.findAnswer(caller.organizationId, requestId);
    if (answer?.userId !== caller.userId) throw notFound();
    const { provider, model, intent } = answer;
    await this.feedback.keep({
      requestId,
      organizationId: caller.organizationId,
      userId: caller.userId,
      provider,
      model,
      intent: intent ?? 'chat_lite',
      band: await this.bandOfRequest(caller.organizationId, requestId),
      score,
    });
    this.memory.add(caller.organizationId, requestId, { model: `${provider}/${model}`, score });
    return `${provider}/${model}`;
  }

  private async bandOfRequest(organizationId: string, requestId: string): Promise<number> {
    const decision = await this.decisions.findByRequest(organizationId, requestId);
    const record = decision && parseJson(decision.record);
    return isDecisionRecord(record) ? bandOf(record.i[1] / 1000) : NO_BAND;
  }
}

function notFound(): AppError {
  return new AppError(GATEWAY_ERRORS.notFound, {
    public: 'You have no answered request of this id. A new one is known a second or two after its answer.',
    param: 'request_id',
  });
}
