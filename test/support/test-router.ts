import { loadConfig } from '../../src/platform/config/load-config';
import { StaticEmbedder } from '../../src/platform/embedding/static/static-embedder';
import { IntentClassifier } from '../../src/routing/intent/intent-classifier';
import { QualityForecast } from '../../src/routing/quality-forecast';
import { RouterService } from '../../src/routing/router.service';
import { RoutingConfig } from '../../src/routing/routing.config';
import { SemanticSpace } from '../../src/routing/semantic/semantic-space';
import { routingStrategies } from '../../src/routing/strategies/index';
import type { RoutingStrategy } from '../../src/routing/strategies/routing-strategy';

const embedder = new StaticEmbedder();
let space: SemanticSpace | undefined;

/** The built-in embedder and its exemplars; loaded once. */
export function builtInSpace(): SemanticSpace {
  space ??= new SemanticSpace(
    embedder,
    embedder,
    { kind: 'static', timeoutMs: 150 },
    { routerEmbedding: () => undefined },
  );
  return space;
}

/** Every engine there is. */
export function allStrategies(): RoutingStrategy[] {
  return routingStrategies.map((Strategy) => new Strategy());
}

/** The router as the application has it. */
export function testRouter(settings: Readonly<Record<string, string>> = {}): RouterService {
  const config = loadConfig([RoutingConfig], settings).get(RoutingConfig);
  const intents = new IntentClassifier(config, embedder);
  return new RouterService(config, allStrategies(), intents, new QualityForecast(builtInSpace()));
}
