import { Body, Get, Header, HttpCode, Post, Req } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { AnyCaller } from '../../access/any-caller.decorator';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { Public } from '../../access/public.decorator';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { ChangePasswordDto, LoginDto, LogoutDto, RefreshDto } from './dto/login.dto';
import { CallerDto, SessionTokensDto, toCallerDto, toSessionTokensDto } from './dto/session.dto';
import { LoginService, type Origin } from './login.service';

/** Log-in of people. Answers hold tokens, so no cache may keep them. */
@ApiTags('Log-in')
@ManagementController('auth')
export class SessionController {
  constructor(private readonly service: LoginService) {}

  @Post('login')
  @Public()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Log in with e-mail and password' })
  @ApiOkResponse({ type: SessionTokensDto })
  @ApiUnauthorizedResponse({ description: 'E-mail or password is wrong; which one is not said.' })
  @ApiForbiddenResponse({ description: 'The account is suspended.' })
  @ApiTooManyRequestsResponse({ description: 'Locked after failed log-ins; see Retry-After.' })
  async login(@Req() request: GatewayRequest, @Body() body: LoginDto): Promise<SessionTokensDto> {
    const { email, password, organization } = body;
    return toSessionTokensDto(await this.service.login({ email, password, organization }, originOf(request)));
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
  async refresh(@Req() request: GatewayRequest, @Body() body: RefreshDto): Promise<SessionTokensDto> {
    return toSessionTokensDto(await this.service.refresh(body.refresh_token, originOf(request)));
  }

  @Post('logout')
  @AnyCaller()
  @HttpCode(204)
  @ApiOperation({ summary: 'End this session, or all sessions of the user' })
  @ApiNoContentResponse()
  async logout(@Req() request: GatewayRequest, @Body() body: LogoutDto): Promise<void> {
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
    return toCallerDto(callerOf(request));
  }
}

function originOf(request: GatewayRequest): Origin {
  return { address: request.ip, requestId: request.state.requestId };
}
