import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { AuthStateModule } from '../auth/auth-state.module';
import { CatalogModule } from '../catalog/catalog.module';
import { PricesModule } from '../catalog/prices/prices.module';
import { CostModule } from '../cost/cost.module';
import { LedgerModule } from '../cost/ledger/ledger.module';
import { DecisionsModule } from '../decisions/decisions.module';
import { PolicyModule } from '../policy/policy.module';
import { ProvidersModule } from '../providers/providers.module';
import { QuotaModule } from '../quota/quota.module';
import { RoutingModule } from '../routing/routing.module';
import { TenancyModule } from '../tenancy/tenancy.module';
import { AuxiliaryCalls } from './auxiliary/auxiliary-calls';
import { AuxiliaryTargets } from './auxiliary/auxiliary-targets';
import { IntentOpinion } from './auxiliary/intent-opinion';
import { PromptMeanings } from './auxiliary/prompt-meanings';
import { RemoteEmbeddings } from './auxiliary/remote-embeddings';
import { AliasDirectory } from './alias-directory';
import { BudgetScopes } from './budgets/budget-scopes';
import { BudgetsController } from './budgets/budgets.controller';
import { ChatController } from './chat.controller';
import { ChatEpilogue } from './chat-epilogue';
import { ChatPlanner } from './chat-planner';
import { ChatReply } from './chat-reply';
import { ChatService } from './chat.service';
import { DecisionLookup } from './decisions/decision-lookup';
import { RouteExplainer } from './decisions/route-explainer';
import { RouterController } from './decisions/router.controller';
import { RoutingVersions } from './decisions/routing-versions';
import { EmbeddingPlanner } from './embedding-planner';
import { EmbeddingService } from './embedding.service';
import { EmbeddingsController } from './embeddings.controller';
import { AnswerJudge } from './execution/answer-judge';
import { AttemptLedger } from './execution/attempt-ledger';
import { CascadeExecutor } from './execution/cascade-executor';
import { PlanExecutor } from './execution/plan-executor';
import { RequestClosing } from './execution/request-closing';
import { RequestFingerprints } from './execution/request-fingerprints';
import { RunSettlement } from './execution/run-settlement';
import { AnswerMemory } from './learning/answer-memory';
import { TenantKnowledge } from './learning/tenant-knowledge';
import { AnswerOutcomes } from './learning/answer-outcomes';
import { FeedbackController } from './learning/feedback.controller';
import { FeedbackService } from './learning/feedback.service';
import { ThresholdsController } from './learning/thresholds.controller';
import { ThresholdsService } from './learning/thresholds.service';
import { OutcomeEvidence } from './learning/outcome-evidence';
import { ModelDirectory } from './model-directory';
import { ModelsController } from './models.controller';
import { OfferBoard } from './offer-board';
import { ChatPreparation } from './planning/chat-preparation';
import { RouteDecider } from './planning/route-decider';
import { RoutingHints } from './planning/routing-hints';
import { PolicyReport } from './policy-report';
import { ProvidersController } from './providers.controller';
import { ProvidersHealthCheck } from './providers.health-check';
import { TrafficSteering } from './steering/traffic-steering';
import { RefusalAudit } from './refusal-audit';
import { REQUEST_PIPELINE } from './request.pipeline';

/** The model routes and the path of a request through all other modules. */
@Module({
  imports: [
    AuthModule,
    AuthStateModule,
    CatalogModule,
    PricesModule,
    CostModule,
    DecisionsModule,
    LedgerModule,
    PolicyModule,
    ProvidersModule,
    QuotaModule,
    RoutingModule,
    TenancyModule,
  ],
  controllers: [
    BudgetsController,
    ChatController,
    EmbeddingsController,
    FeedbackController,
    ModelsController,
    ProvidersController,
    RouterController,
    ThresholdsController,
  ],
  providers: [
    ...REQUEST_PIPELINE,
    RefusalAudit,
    BudgetScopes,
    OfferBoard,
    RoutingHints,
    RouteDecider,
    RouteExplainer,
    RoutingVersions,
    DecisionLookup,
    AuxiliaryCalls,
    AuxiliaryTargets,
    IntentOpinion,
    PromptMeanings,
    RemoteEmbeddings,
    ChatPreparation,
    ChatPlanner,
    OutcomeEvidence,
    AnswerMemory,
    TenantKnowledge,
    AnswerOutcomes,
    FeedbackService,
    ThresholdsService,
    TrafficSteering,
    ChatEpilogue,
    ChatService,
    ChatReply,
    AttemptLedger,
    PlanExecutor,
    AnswerJudge,
    CascadeExecutor,
    RequestClosing,
    RequestFingerprints,
    RunSettlement,
    PolicyReport,
    EmbeddingPlanner,
    EmbeddingService,
    ModelDirectory,
    AliasDirectory,
    ProvidersHealthCheck,
  ],
  exports: [ChatService, ProvidersHealthCheck],
})
export class GatewayModule {}
