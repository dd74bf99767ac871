import { Module } from '@nestjs/common';
import { Clock, SystemClock } from '../../common/clock';
import { HttpClient } from '../../platform/http/http-client';
import { HttpClientModule } from '../../platform/http/http-client.module';
import { ALERT_CHANNELS } from './alert-channel';
import { AlertDesk } from './alert-desk';
import { AlertProcessor } from './alert.processor';
import { AlertRepository } from './alert.repository';
import { AlertsConfig } from './alerts.config';
import { BudgetAlerts } from './budget-alerts';
import { configuredChannels } from './configured-channels';
import { LedgerAlerts } from './ledger-alerts';
import { ServiceAlerts } from './service-alerts';

/** Notices what people should be told and tells them; runs where the background jobs run. */
@Module({
  imports: [HttpClientModule],
  providers: [
    AlertRepository,
    AlertDesk,
    AlertProcessor,
    BudgetAlerts,
    ServiceAlerts,
    LedgerAlerts,
    { provide: Clock, useClass: SystemClock },
    {
      provide: ALERT_CHANNELS,
      inject: [AlertsConfig, HttpClient, Clock],
      useFactory: configuredChannels,
    },
  ],
  exports: [AlertProcessor, AlertDesk, BudgetAlerts, ServiceAlerts, LedgerAlerts],
})
export class AlertsModule {}
