import { TrafficSteering, type SteeredChat } from '../../src/gateway/steering/traffic-steering';

/** A tenant without aliases and experiments. */
export class NoSteering extends TrafficSteering {
  constructor() {
    super(...([] as never as ConstructorParameters<typeof TrafficSteering>));
  }

  override steer({ original, preferences }: Parameters<TrafficSteering['steer']>[0]): Promise<SteeredChat> {
    return Promise.resolve({
      original,
      preferences,
      experiment: undefined,
      thresholds: undefined,
      intentClassifier: undefined,
    });
  }
}
