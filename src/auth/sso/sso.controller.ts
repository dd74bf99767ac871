import { Get, Header, Query, Req, Res } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { CookieOptions, Response } from 'express';
import type { GatewayRequest } from '../../access/gateway-request';
import { Public } from '../../access/public.decorator';
import { cookieOf } from '../../common/cookie-of';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { SessionTokensDto, toSessionTokensDto } from '../session/dto/session.dto';
import { SessionConfig } from '../session/session.config';
import { SessionCookies } from '../session/session-cookies';
import { SsoLoginDto } from './dto/sso-login.dto';
import { SsoFlow } from './sso-flow';
import { SsoService } from './sso.service';

const FLOW_COOKIE = 'mm_sso';
const FLOW_PATH = '/auth/sso';

/** The two steps of single sign-on a browser sees: away to the identity service, and back. */
@ApiTags('Log-in')
@ManagementController('auth/sso')
export class SsoController {
  constructor(
    private readonly flow: SsoFlow,
    private readonly service: SsoService,
    private readonly cookies: SessionCookies,
    private readonly config: SessionConfig,
  ) {}

  @Get('login')
  @Public()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Log in through the identity service' })
  @ApiResponse({ status: 302, description: 'To the identity service.' })
  async begin(@Query() query: SsoLoginDto, @Res() response: Response): Promise<void> {
    const start = await this.flow.begin(query.return_to, query.transport ?? 'cookie');
    response.cookie(FLOW_COOKIE, start.cookie, { ...this.cookieOptions(), maxAge: start.maxAgeMs });
    response.redirect(302, start.url.href);
  }

  @Get('callback')
  @Public()
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  @ApiOperation({ summary: 'Where the identity service sends the browser back to' })
  @ApiOkResponse({ type: SessionTokensDto, description: 'When it was begun with `transport=body`.' })
  @ApiResponse({ status: 302, description: 'Logged in by cookie.' })
  @ApiUnauthorizedResponse({
    description: 'Not begun by this browser, or not confirmed by the identity service.',
  })
  @ApiForbiddenResponse({ description: 'Known there, but not let in here.' })
  async finish(@Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    // One answer is good for one attempt, whatever comes of it.
    response.clearCookie(FLOW_COOKIE, this.cookieOptions());
    const origin = { address: request.ip, requestId: request.state.requestId };
    const query = new URL(request.originalUrl, 'http://localhost').searchParams;
    const { grant, flow } = await this.service.finish(
      query,
      cookieOf(request.headers.cookie, FLOW_COOKIE),
      origin,
    );
    if (flow.transport === 'body') {
      response.json(toSessionTokensDto(grant));
      return;
    }
    this.cookies.set(response, grant);
    response.redirect(302, flow.returnTo);
  }

  /** Lax: the identity service sends the browser here from another site, and the cookie must come along. */
  private cookieOptions(): CookieOptions {
    return { httpOnly: true, secure: this.config.cookieSecure, sameSite: 'lax', path: FLOW_PATH };
  }
}
