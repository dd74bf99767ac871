import { Injectable, Logger } from '@nestjs/common';
import { ModelCatalog } from '../../catalog/model-catalog';
import { timeOfId } from '../../common/ids';
import { RequestJournal } from '../../cost/ledger/request-journal';
import type { RequestRow } from '../../cost/ledger/request-row';
import { describeError } from '../../platform/logging/describe-error';
import { baselinesOf } from './baselines';
import type { CallEnd, VendorRun } from './chat-run';
import { toLedgerText } from './ledger-text';
import { RequestFingerprints } from './request-fingerprints';

/** Notes how a request ended and what it would have cost elsewhere, once its last call is over. */
@Injectable()
export class RequestClosing {
  private readonly logger = new Logger(RequestClosing.name);

  constructor(
    private readonly journal: RequestJournal,
    private readonly catalog: ModelCatalog,
    private readonly fingerprints: RequestFingerprints,
  ) {}

  /** Never rejects: the money is booked already, and a request without this note lacks its baselines only. */
  async note(run: VendorRun): Promise<void> {
    const { end } = run.tally;
    if (!end) return;
    try {
      await this.journal.note(this.rowOf(run, end));
    } catch (error) {
      this.logger.warn({ message: 'The end of a request was not noted', error: describeError(error) });
    }
  }

  private rowOf(run: VendorRun, end: CallEnd): RequestRow {
    const { caller, decision, facts } = run;
    const requestedAtMs = timeOfId(facts.requestId) ?? end.startedAtMs;
    const [requested] = run.requestedModel === undefined ? [] : this.catalog.findByName(run.requestedModel);
    return {
      request_id: facts.requestId,
      requested_at: new Date(requestedAtMs).toISOString(),
      organization_id: caller.organizationId,
      project_id: caller.projectId ?? null,
      user_id: caller.userId,
      api_key_id: caller.apiKeyId ?? null,
      endpoint: run.endpoint,
      purpose: run.purpose,
      requested_model: run.requestedModel === undefined ? null : toLedgerText(run.requestedModel),
      strategy: decision.strategy,
      objective: decision.objective,
      intent: decision.intent,
      decision_id: decision.decisionId,
      provider: end.card.provider,
      model: end.card.model,
      region: end.region,
      status: end.status === 'unknown' ? 'error' : end.status,
      error_code: end.errorCode ?? null,
      cache_outcome: 'bypass',
      latency_ms: Math.max(0, Math.round(performance.now() - facts.startedAtMs)),
      output_limit: run.outputLimit ?? null,
      fingerprint: this.fingerprints.of(caller.organizationId, run.question) ?? null,
      ...baselinesOf({
        usage: end.status === 'error' ? undefined : end.usage,
        serviceTier: run.tally.answer?.serviceTier,
        candidates: run.candidates,
        requested,
        priceVersion: decision.priceVersion,
        atMs: end.startedAtMs,
      }),
    };
  }
}
