import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { pickByWeight } from '../../decisions/steering/split-traffic';
import type { IntentStrategy, RoutingExperiment, Variant } from '../../decisions/steering/steering';
import { SteeringBook, type TenantSteering } from '../../decisions/steering/steering-book';
import type { ChatRequest } from '../../llm/chat-request';
import type { RoutingPreference } from '../../routing/routing-preference';
import type { IntentThresholds } from '../../routing/intent/intent-use';
import { RouterService } from '../../routing/router.service';
import type { ChatPreferences } from '../chat-preferences';

/** A chat and who sends it. */
interface Arriving {
  readonly caller: Caller;
  readonly original: ChatRequest;
  readonly preferences: ChatPreferences;
  readonly requestId: string;
}

/** A chat after the tenant's aliases and experiment. */
export interface SteeredChat {
  readonly original: ChatRequest;
  readonly preferences: ChatPreferences;
  readonly experiment: { readonly id: string; readonly variant: string } | undefined;
  readonly thresholds: IntentThresholds | undefined;
  /** Who labels doubtful requests; undefined for what is configured. */
  readonly intentClassifier: IntentStrategy | undefined;
}

/** Follows what a tenant has decided about its traffic: an alias becomes a model, an experiment a routing policy. */
@Injectable()
export class TrafficSteering {
  constructor(
    private readonly book: SteeringBook,
    private readonly router: RouterService,
  ) {}

  async steer(arriving: Arriving): Promise<SteeredChat> {
    const steering = await this.book.of(arriving.caller.organizationId);
    const original = resolveAlias(arriving, steering);
    const { preferences } = arriving;
    const { experiment } = steering;
    const isFree = !preferences.routing.explicit && this.router.directModelOf(original) === undefined;
    const variant = experiment && isFree ? variantFor(experiment, arriving) : undefined;
    if (!experiment || !variant)
      return {
        original,
        preferences,
        experiment: undefined,
        thresholds: undefined,
        intentClassifier: undefined,
      };
    return {
      original,
      preferences: { ...preferences, routing: this.preferenceOf(variant, preferences.routing) },
      experiment: { id: experiment.id, variant: variant.name },
      thresholds: {
        lowConfidence: variant.intentLowConfidence,
        minConfidenceForDirect: variant.intentMinConfidenceForDirect,
      },
      intentClassifier: variant.intentClassifier,
    };
  }

  private preferenceOf({ strategy, objective }: Variant, otherwise: RoutingPreference): RoutingPreference {
    if (strategy === undefined && objective === undefined) return otherwise;
    const first = strategy === undefined ? otherwise : this.router.preferenceOf(strategy);
    const second = objective === undefined ? first : this.router.preferenceOf(objective);
    return { ...first, objective: second.objective };
  }
}

/** The client's session stays with one target, else the user does. */
function resolveAlias({ original, preferences, caller }: Arriving, { aliases }: TenantSteering): ChatRequest {
  const targets = original.model === undefined ? undefined : aliases.get(original.model.trim());
  if (!targets) return original;
  const target = pickByWeight(targets, `alias ${original.model ?? ''}`, preferences.session ?? caller.userId);
  return target ? { ...original, model: target.model } : original;
}

function variantFor(experiment: RoutingExperiment, arriving: Arriving): Variant | undefined {
  return pickByWeight(experiment.variants, experiment.id, sideOf(experiment, arriving));
}

/** What stays on its side; a request without a session or key stays with its user. */
function sideOf({ splitBy }: RoutingExperiment, { caller, preferences, requestId }: Arriving): string {
  switch (splitBy) {
    case 'user':
      return caller.userId;
    case 'api_key':
      return caller.apiKeyId ?? caller.userId;
    case 'session':
      return preferences.session ?? caller.userId;
    case 'request':
      return requestId;
  }
}
