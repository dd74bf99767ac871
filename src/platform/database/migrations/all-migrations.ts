import type { MigrationInterface } from 'typeorm';
import { CreateIdentity1763600000000 } from './1763600000000-create-identity';
import { CreateLedger1763600100000 } from './1763600100000-create-ledger';
import { CreateRoutingDecisions1764700000000 } from './1764700000000-create-routing-decisions';
import { CreateRoutingOutcomes1764700100000 } from './1764700100000-create-routing-outcomes';
import { CreateRoutingSteering1764700200000 } from './1764700200000-create-routing-steering';
import { CreateSessions1764200000000 } from './1764200000000-create-sessions';
import { CreateUserIdentities1764200100000 } from './1764200100000-create-user-identities';
import { CreateProviderCredentials1764200200000 } from './1764200200000-create-provider-credentials';
import { CreateSecurityEvents1764200300000 } from './1764200300000-create-security-events';
import { CreateBudget1764400000000 } from './1764400000000-create-budget';
import { RowLevelSecurity1764100200000 } from './1764100200000-row-level-security';
import { RotateApiKeys1764100100000 } from './1764100100000-rotate-api-keys';
import { CreateTenancyManagement1764100000000 } from './1764100000000-create-tenancy-management';
import { CreateRollups1764500000000 } from './1764500000000-create-rollups';
import { CreatePriceUpdate1764800000000 } from './1764800000000-create-price-update';
import { IndexRollups1764500100000 } from './1764500100000-index-rollups';
import { CreateTrainedRouters1764700300000 } from './1764700300000-create-trained-routers';
import { CreateRouterLearning1764700400000 } from './1764700400000-create-router-learning';
import { CreateAlerts1764500200000 } from './1764500200000-create-alerts';
import { CreateAuditTrail1764300000000 } from './1764300000000-create-audit-trail';
import { CreateAuditCheckpoints1764300100000 } from './1764300100000-create-audit-checkpoints';
import { CreateAuditExport1764300200000 } from './1764300200000-create-audit-export';
import { CreatePrivacyErasure1764300300000 } from './1764300300000-create-privacy-erasure';
import { AddServiceTier1765100000000 } from './1765100000000-add-service-tier';
import { IndexMovedCalls1765100200000 } from './1765100200000-index-moved-calls';
import { AddLeastCost1765100100000 } from './1765100100000-add-least-cost';
import { CreateDeadLetters1765500000000 } from './1765500000000-create-dead-letters';
import { IndexOverruns1765500100000 } from './1765500100000-index-overruns';
import { IndexExpiredHolds1765500200000 } from './1765500200000-index-expired-holds';
import { CreateBudgetLease1765600000000 } from './1765600000000-create-budget-lease';
import { NoteLivingLeaseOwners1765600100000 } from './1765600100000-note-living-lease-owners';

/** Every migration, oldest first. */
export const ALL_MIGRATIONS: readonly (new () => MigrationInterface)[] = [
  CreateIdentity1763600000000,
  CreateLedger1763600100000,
  CreateTenancyManagement1764100000000,
  RotateApiKeys1764100100000,
  RowLevelSecurity1764100200000,
  CreateSessions1764200000000,
  CreateUserIdentities1764200100000,
  CreateProviderCredentials1764200200000,
  CreateSecurityEvents1764200300000,
  CreateBudget1764400000000,
  CreateRoutingDecisions1764700000000,
  CreateRollups1764500000000,
  CreateRoutingOutcomes1764700100000,
  CreateRoutingSteering1764700200000,
  CreatePriceUpdate1764800000000,
  IndexRollups1764500100000,
  CreateAlerts1764500200000,
  CreateAuditTrail1764300000000,
  CreateAuditCheckpoints1764300100000,
  CreateAuditExport1764300200000,
  CreatePrivacyErasure1764300300000,
  AddServiceTier1765100000000,
  CreateTrainedRouters1764700300000,
  AddLeastCost1765100100000,
  CreateRouterLearning1764700400000,
  CreateDeadLetters1765500000000,
  IndexOverruns1765500100000,
  IndexExpiredHolds1765500200000,
  IndexMovedCalls1765100200000,
  CreateBudgetLease1765600000000,
  NoteLivingLeaseOwners1765600100000,
];
