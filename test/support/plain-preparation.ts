import { SystemClock } from '../../src/common/clock';
import type { AuxiliaryCalls } from '../../src/gateway/auxiliary/auxiliary-calls';
import type { IntentOpinion } from '../../src/gateway/auxiliary/intent-opinion';
import type { PromptMeanings } from '../../src/gateway/auxiliary/prompt-meanings';
import type { TenantKnowledge } from '../../src/gateway/learning/tenant-knowledge';
import { ChatPreparation } from '../../src/gateway/planning/chat-preparation';
import { NoSteering } from './no-steering';

/** Prepares decisions of a tenant without rules of its own, with the built-in embedder and the classifier alone. */
export function plainPreparation(): ChatPreparation {
  return new ChatPreparation(
    new NoSteering(),
    { prepare: () => undefined } as unknown as TenantKnowledge,
    { find: () => Promise.resolve({ search: {}, costNanoUsd: 0n }) } as unknown as PromptMeanings,
    { isWanted: () => false } as unknown as IntentOpinion,
    { drained: () => Promise.resolve() } as unknown as AuxiliaryCalls,
    new SystemClock(),
  );
}
