import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import type { Observable } from 'rxjs';
import { callerOf } from '../access/gateway-request';
import { PolicyEngine } from '../policy/policy-engine';
import { policyViolation } from '../policy/policy.errors';
import { failSpan, Tracing } from '../telemetry/tracing';
import { clientGoneSignal } from './client-gone-signal';
import type { EmbeddingGatewayRequest } from './embedding-gateway-request';
import { PolicyReport } from './policy-report';

/** Inspects the texts to embed: blocks them with 403, or leaves the redacted copy that may be sent. */
@Injectable()
export class EmbeddingPolicyInterceptor implements NestInterceptor {
  constructor(
    private readonly engine: PolicyEngine,
    private readonly report: PolicyReport,
    private readonly tracing: Tracing,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<EmbeddingGatewayRequest>();
    const { embedding } = request;
    if (!embedding) throw new Error('the policy interceptor needs the body interceptor before it');
    const { organizationSlug, organizationId } = callerOf(request);
    const span = this.tracing.startSpan(request.state.span, 'policy.enforce', { tenant_id: organizationId });
    const circumstances = { organizationSlug, region: embedding.preferences.region };
    const gone = clientGoneSignal(context.switchToHttp().getResponse<Response>());
    try {
      embedding.policy = await this.engine.inspectEmbedding(embedding.original, circumstances, gone);
    } catch (error) {
      if (span) failSpan(span, 'client_gone');
      span?.end();
      throw error;
    }
    this.report.write(embedding.policy, span);
    if (embedding.policy.blocked) throw policyViolation(embedding.policy.reasons);
    return next.handle();
  }
}
