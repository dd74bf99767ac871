import { HeuristicStrategy } from './heuristic.strategy';

/** Every routing strategy; a new one is its file and one line here. */
export const routingStrategies = [HeuristicStrategy];
