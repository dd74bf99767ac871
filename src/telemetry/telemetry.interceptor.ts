import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { GatewayRequest } from '../access/gateway-request';
import { RequestTelemetry } from './request-telemetry';

/**
 * First interceptor: the `http.request` span exists before policy, routing and handler make theirs. What is
 * known only at the end is reported by {@link RequestTelemetry}, because interceptors see neither refusals by
 * guards nor the end of a stream.
 */
@Injectable()
export class TelemetryInterceptor implements NestInterceptor {
  constructor(private readonly telemetry: RequestTelemetry) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    this.telemetry.startSpan(context.switchToHttp().getRequest<GatewayRequest>());
    return next.handle();
  }
}
