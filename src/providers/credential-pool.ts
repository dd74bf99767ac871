import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { ProviderError } from '../llm/provider-error';
import { ProviderHealth } from './provider-health';
import type { ProviderCredential } from './provider-credential';
import type { ConfiguredProvider } from './provider-registry';
import type { CircuitPermit } from './resilience/circuit';
import { takeTurn, type CredentialHealth, type CredentialState } from './resilience/credential-health';

/** A credential and the leave to make one call with it. */
export interface AdmittedCredential {
  readonly credential: ProviderCredential;
  readonly permit: CircuitPermit;
}

/** A credential as it stands for one model. */
interface Standing {
  readonly credential: ProviderCredential;
  readonly weight: number;
  readonly health: CredentialHealth;
  /** What it has met at this model. */
  readonly state: CredentialState;
  /** The vendor does not take it at all. */
  readonly isRefused: boolean;
  /** Until it may be used again, as far as is known. */
  readonly waitMs: number;
}

/**
 * Chooses as whom a model is called: by weight among the credentials that are well. A pause that is only our own
 * guess (a limit without a delay, a refused key) never takes the last one away: then the one that is free
 * soonest is tried. A pause the vendor asked for and an open circuit are kept to, and the refusal says until when.
 */
@Injectable()
export class CredentialPool {
  constructor(
    private readonly health: ProviderHealth,
    private readonly clock: Clock,
  ) {}

  /** Takes a turn; throws the ProviderError that says why no call may be made now. */
  admit(provider: ConfiguredProvider, model: string): AdmittedCredential {
    const refused = this.lockOf(provider) ?? this.overloadOf(provider, model);
    if (refused) throw refused;
    const standings = this.standingsOf(provider, model);
    let candidates = candidatesAmong(standings);
    while (candidates.length > 0) {
      const chosen = takeTurn(candidates);
      const permit = chosen?.health.circuit.enter();
      if (chosen && permit) return { credential: chosen.credential, permit };
      // Its trial call is under way: another one may be free.
      candidates = candidates.filter((candidate) => candidate !== chosen);
    }
    throw refusal(provider.name, standings);
  }

  /** Why {@link admit} would refuse now, as far as can be told without taking a turn. */
  refusalOf(provider: ConfiguredProvider, model: string): ProviderError | undefined {
    const refused = this.lockOf(provider) ?? this.overloadOf(provider, model);
    if (refused) return refused;
    const standings = this.standingsOf(provider, model);
    return candidatesAmong(standings).length > 0 ? undefined : refusal(provider.name, standings);
  }

  /** True when there is a choice of credentials and one of them is well: a failure of another needs no waiting. */
  hasWellAlternative(provider: ConfiguredProvider, model: string): boolean {
    return (
      provider.credentials.length > 1 &&
      this.standingsOf(provider, model).some(({ state, isRefused }) => state === 'ready' && !isRefused)
    );
  }

  /** An organization whose own key cannot be read does not call with anybody else's. */
  private lockOf({ name, credentials }: ConfiguredProvider): ProviderError | undefined {
    if (credentials.length > 0) return undefined;
    const message = "the organization's key of this provider cannot be read";
    return new ProviderError({ provider: name, kind: 'authentication', message, mayHaveBilled: false });
  }

  private overloadOf(provider: ConfiguredProvider, model: string): ProviderError | undefined {
    const retryAfterMs = this.health.of(provider.name, model).overloadMs(this.clock.now());
    if (retryAfterMs === 0) return undefined;
    const message = 'the provider is overloaded and asked for a pause';
    return new ProviderError({
      provider: provider.name,
      kind: 'overloaded',
      message,
      retryAfterMs,
      mayHaveBilled: false,
    });
  }

  private standingsOf(provider: ConfiguredProvider, model: string): readonly Standing[] {
    const nowMs = this.clock.now();
    const refusals = this.health.refusalsOf(provider.name);
    const ofModel = this.health.of(provider.name, model);
    return provider.credentials.map((credential) => {
      const health = ofModel.of(credential.label);
      const refusedUntilMs = refusals.of(credential.label, model)?.untilMs ?? 0;
      return {
        credential,
        weight: credential.weight,
        health,
        state: health.stateAt(nowMs),
        isRefused: refusedUntilMs > nowMs,
        waitMs: Math.max(health.waitMs(nowMs), refusedUntilMs - nowMs),
      };
    });
  }
}

/** All that are well; else the one that is free soonest, unless it has to be waited for. */
function candidatesAmong(standings: readonly Standing[]): readonly Standing[] {
  const accepted = standings.filter(({ isRefused }) => !isRefused);
  const ready = accepted.filter(({ state }) => state === 'ready');
  if (ready.length > 0) return ready;
  const spared = (accepted.length > 0 ? accepted : standings).filter(
    ({ state }) => state === 'ready' || state === 'resting',
  );
  return spared.toSorted((a, b) => a.waitMs - b.waitMs).slice(0, 1);
}

/** For the one that is free soonest: a quota, or an open circuit. */
function refusal(provider: string, standings: readonly Standing[]): ProviderError {
  const accepted = standings.filter(({ isRefused }) => !isRefused);
  const [soonest] = (accepted.length > 0 ? accepted : standings).toSorted((a, b) => a.waitMs - b.waitMs);
  const retryAfterMs = soonest?.waitMs;
  if (soonest?.state === 'paused') {
    const message = 'the provider asked for a pause';
    return new ProviderError({ provider, kind: 'rate_limit', message, retryAfterMs, mayHaveBilled: false });
  }
  const message = 'the model at this provider keeps failing and is given a rest';
  return new ProviderError({ provider, kind: 'circuit_open', message, retryAfterMs, mayHaveBilled: false });
}
