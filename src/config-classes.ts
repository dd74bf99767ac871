import { AnalyticsConfig } from './analytics/analytics.config';
import { AlertsConfig } from './analytics/alerts/alerts.config';
import { AuditConfig } from './audit/audit.config';
import { AuditExportConfig } from './audit/export/audit-export.config';
import { AuthConfig } from './auth/auth.config';
import { SessionConfig } from './auth/session/session.config';
import { SsoConfig } from './auth/sso/sso.config';
import { ExtraProvidersConfig } from './catalog/extra-providers.config';
import { CostConfig } from './cost/cost.config';
import { DecisionsConfig } from './decisions/decisions.config';
import { LedgerConfig } from './cost/ledger/ledger.config';
import { GatewayConfig } from './gateway/gateway.config';
import { DataDirectoryConfig } from './platform/config/data-directory.config';
import { GeneralConfig } from './platform/config/general.config';
import type { ConfigClass } from './platform/config/setting';
import { DatabaseConfig } from './platform/database/database.config';
import { EmbeddingConfig } from './platform/embedding/embedding.config';
import { EncryptionConfig } from './platform/encryption/encryption.config';
import { HttpClientConfig } from './platform/http/http-client.config';
import { ServerConfig } from './platform/http/server.config';
import { LoggingConfig } from './platform/logging/logging.config';
import { OutboxConfig } from './platform/outbox/outbox.config';
import { QueueConfig } from './platform/queue/queue.config';
import { RedisConfig } from './platform/redis/redis.config';
import { RateLimitsConfig } from './quota/rate-limits.config';
import { PolicyConfig } from './policy/policy.config';
import { ProvidersConfig } from './providers/providers.config';
import { VendorsConfig } from './providers/vendors.config';
import { LlmIntentConfig } from './routing/intent/llm-intent.config';
import { RoutingConfig } from './routing/routing.config';
import { TelemetryConfig } from './telemetry/telemetry.config';
import { SecurityWatchConfig } from './tenancy/security/security-watch.config';
import { TenancyConfig } from './tenancy/tenancy.config';

/** Every setting there is, in the order of `.env.example` and `docs/configuration.md`. */
export const CONFIG_CLASSES: readonly ConfigClass[] = [
  GeneralConfig,
  VendorsConfig,
  ExtraProvidersConfig,
  ProvidersConfig,
  RoutingConfig,
  LlmIntentConfig,
  EmbeddingConfig,
  DecisionsConfig,
  CostConfig,
  LedgerConfig,
  AnalyticsConfig,
  AlertsConfig,
  PolicyConfig,
  AuthConfig,
  SessionConfig,
  SsoConfig,
  TenancyConfig,
  SecurityWatchConfig,
  AuditConfig,
  AuditExportConfig,
  GatewayConfig,
  RateLimitsConfig,
  ServerConfig,
  HttpClientConfig,
  DataDirectoryConfig,
  DatabaseConfig,
  RedisConfig,
  EncryptionConfig,
  QueueConfig,
  OutboxConfig,
  LoggingConfig,
  TelemetryConfig,
];
