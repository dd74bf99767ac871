import { fromCatalogSnapshot } from '../../routing/catalog-snapshot';
import { CatalogView } from '../../routing/catalog-view';
import type { LoggedDecision } from '../../routing/learning/replay/logged-decision';
import type { ReplayVersions } from '../../routing/learning/replay/policy-replay';
import { isRoutingProfile, type RoutingProfile } from '../../routing/routing-profile';
import type { RoutingVersionRepository } from '../store/routing-version.repository';

/** The catalogues and weights that records of a log refer to, from the database; each is read once. */
export class KeptVersions implements ReplayVersions {
  readonly #catalogs = new Map<string, CatalogView | undefined>();
  readonly #profiles = new Map<string, RoutingProfile | undefined>();

  constructor(private readonly repository: RoutingVersionRepository) {}

  /** Reads what the decisions refer to; call it before they are replayed. */
  async load(decisions: readonly LoggedDecision[]): Promise<void> {
    for (const { record } of decisions) {
      const [, catalog, profile] = record.v;
      if (!this.#catalogs.has(catalog)) this.#catalogs.set(catalog, await this.#readCatalog(catalog));
      if (!this.#profiles.has(profile)) this.#profiles.set(profile, await this.#readProfile(profile));
    }
  }

  readonly catalogOf = (version: string): CatalogView | undefined => this.#catalogs.get(version);
  readonly profileOf = (version: string): RoutingProfile | undefined => this.#profiles.get(version);

  async #readCatalog(version: string): Promise<CatalogView | undefined> {
    const source = fromCatalogSnapshot(version, await this.repository.find('catalog', version));
    return source && new CatalogView(source);
  }

  async #readProfile(version: string): Promise<RoutingProfile | undefined> {
    const content = await this.repository.find('profile', version);
    return isRoutingProfile(content) ? content : undefined;
  }
}
