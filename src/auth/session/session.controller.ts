import { Body, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { AnyCaller } from '../../access/any-caller.decorator';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { Public } from '../../access/public.decorator';
import { AppError } from '../../common/app-error';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { AUTH_ERRORS } from '../auth.errors';
import { ChangePasswordDto, LoginDto, LogoutDto, RefreshDto } from './dto/login.dto';
import {
  CallerDto,
  SessionTokensDto,
  toCallerDto,
  toCookieSessionDto,
  toSessionTokensDto,
} from './dto/session.dto';
import { LoginService, type Origin } from './login.service';
import { SessionCookies, isCrossSite } from './session-cookies';
import type { SessionGrant } from './session.service';

/** Log-in of people. Answers hold tokens, so no cache may keep them. */
@ApiTags('Log-in')
@ManagementController('auth')
export class SessionController {
  constructor(
    private readonly service: LoginService,
    private readonly cookies: SessionCookies,
  ) {}

  @Post('login')
  @Public()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Log in with e-mail and password' })
  @ApiOkResponse({ type: SessionTokensDto })
  @ApiUnauthorizedResponse({ description: 'E-mail or password is wrong; which one is not said.' })
  @ApiForbiddenResponse({ description: 'The account is suspended.' })
  @ApiTooManyRequestsResponse({ description: 'Locked after failed log-ins; see Retry-After.' })
  async login(
    @Req() request: GatewayRequest,
    @Body() body: LoginDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionTokensDto> {
    const { email, password, organization, transport } = body;
    if (transport === 'cookie') requireSameSite(request);
    const grant = await this.service.login({ email, password, organization }, originOf(request));
    return transport === 'cookie' ? this.intoCookies(grant, response) : toSessionTokensDto(grant);
  }

  @Post('refresh')
  @Public()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Exchange a refresh token',
    description:
      'Each token works once. One that is used again later ends the session: somebody has copied it.',
  })
  @ApiOkResponse({ type: SessionTokensDto })
  @ApiUnauthorizedResponse({ description: 'Not valid, or the session is over.' })
  async refresh(
    @Req() request: GatewayRequest,
    @Body() body: RefreshDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionTokensDto> {
    if (body.refresh_token !== undefined)
      return toSessionTokensDto(await this.service.refresh(body.refresh_token, originOf(request)));
    requireSameSite(request);
    const token = this.cookies.refreshToken(request.headers);
    if (token === undefined) {
      const text = 'There is no refresh token, neither in the body nor in a cookie.';
      throw new AppError(AUTH_ERRORS.invalidToken, { public: text });
    }
    return this.intoCookies(await this.service.refresh(token, originOf(request)), response);
  }

  @Post('logout')
  @AnyCaller()
  @HttpCode(204)
  @ApiOperation({ summary: 'End this session, or all sessions of the user' })
  @ApiNoContentResponse()
  async logout(
    @Req() request: GatewayRequest,
    @Body() body: LogoutDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    if (this.cookies.accessToken(request.headers) !== undefined) this.cookies.clear(response);
    await this.service.logout(callerOf(request), body.everywhere === true, originOf(request));
  }

  @Post('password')
  @AnyCaller()
  @HttpCode(204)
  @ApiOperation({ summary: 'Change the own password', description: 'Ends all other sessions of the user.' })
  @ApiNoContentResponse()
  async changePassword(@Req() request: GatewayRequest, @Body() body: ChangePasswordDto): Promise<void> {
    const passwords = { current: body.current_password, next: body.new_password };
    await this.service.changePassword(callerOf(request), passwords, originOf(request));
  }

  @Get('session')
  @AnyCaller()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Who is calling, and what they may do' })
  @ApiOkResponse({ type: CallerDto })
  show(@Req() request: GatewayRequest): CallerDto {
    const caller = callerOf(request);
    return toCallerDto(
      caller,
      caller.sessionId === undefined ? null : this.cookies.csrfToken(caller.sessionId),
    );
  }

  private intoCookies(grant: SessionGrant, response: Response): SessionTokensDto {
    this.cookies.set(response, grant);
    return toCookieSessionDto(grant, this.cookies.csrfToken(grant.sessionId));
  }
}

/** Another site must not log somebody in, nor use up their refresh token. */
function requireSameSite(request: GatewayRequest): void {
  if (!isCrossSite(request.headers)) return;
  throw new AppError(AUTH_ERRORS.crossSite, { public: 'Sessions in cookies are for pages of this host.' });
}

function originOf(request: GatewayRequest): Origin {
  return { address: request.ip, requestId: request.state.requestId };
}
