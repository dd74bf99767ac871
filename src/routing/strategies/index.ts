import { CascadeStrategy } from './cascade.strategy';
import { HeuristicStrategy } from './heuristic.strategy';
import { HybridStrategy } from './hybrid.strategy';
import { SemanticStrategy } from './semantic.strategy';

/** Every routing strategy; a new one is its file and one line here. */
export const routingStrategies = [HeuristicStrategy, HybridStrategy, SemanticStrategy, CascadeStrategy];
