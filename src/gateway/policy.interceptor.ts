import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import type { Observable } from 'rxjs';
import { callerOf } from '../access/gateway-request';
import { PolicyEngine, type PolicyOutcome } from '../policy/policy-engine';
import { policyViolation } from '../policy/policy.errors';
import { failSpan, Tracing } from '../telemetry/tracing';
import type { ChatGatewayRequest } from './chat-gateway-request';
import { clientGoneSignal } from './client-gone-signal';
import { PolicyReport } from './policy-report';

/** Inspects the typed request: blocks it with 403, or leaves the redacted copy that may be sent. */
@Injectable()
export class PolicyInterceptor implements NestInterceptor {
  constructor(
    private readonly engine: PolicyEngine,
    private readonly report: PolicyReport,
    private readonly tracing: Tracing,
  ) {}

  /** Small requests are inspected at once; large ones in slices, so that nobody else waits for them. */
  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<ChatGatewayRequest>();
    const { chat } = request;
    if (!chat) throw new Error('the policy interceptor needs the chat body interceptor before it');
    const { organizationSlug, organizationId } = callerOf(request);
    const span = this.tracing.startSpan(request.state.span, 'policy.enforce', { tenant_id: organizationId });
    const circumstances = { organizationSlug, region: chat.preferences.region };
    const goOn = (outcome: PolicyOutcome): Observable<unknown> => {
      this.report.write(outcome, span);
      if (outcome.blocked) throw policyViolation(outcome.reasons);
      chat.policy = outcome;
      return next.handle();
    };
    if (!this.engine.needsSlices(chat.original))
      return goOn(this.engine.inspect(chat.original, circumstances));
    const gone = clientGoneSignal(context.switchToHttp().getResponse<Response>());
    return this.engine.inspectInSlices(chat.original, circumstances, gone).then(goOn, (error: unknown) => {
      if (span) failSpan(span, 'client_gone');
      span?.end();
      throw error;
    });
  }
}
