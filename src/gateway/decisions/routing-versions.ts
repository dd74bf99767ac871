import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ModelCatalog } from '../../catalog/model-catalog';
import { RoutingVersionRepository } from '../../decisions/store/routing-version.repository';
import { fromCatalogSnapshot, toCatalogSnapshot } from '../../routing/catalog-snapshot';
import { CatalogView } from '../../routing/catalog-view';
import { RouterService } from '../../routing/router.service';
import { isRoutingProfile, type RoutingProfile } from '../../routing/routing-profile';
import { OfferBoard } from '../offer-board';

/** Records of older versions are looked up now and then, not all the time. */
const MOST_KEPT = 8;

/** Keeps what this process decides with, and finds what earlier ones decided with. */
@Injectable()
export class RoutingVersions implements OnApplicationBootstrap {
  private readonly catalogs = new Map<string, CatalogView>();

  constructor(
    private readonly repository: RoutingVersionRepository,
    private readonly catalog: ModelCatalog,
    private readonly board: OfferBoard,
    private readonly router: RouterService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.repository.keep('catalog', this.catalog.version, toCatalogSnapshot(this.catalog.list()));
    await this.keepProfile(this.router.profileVersion, this.router.profile);
  }

  async keepProfile(version: string, profile: RoutingProfile): Promise<void> {
    await this.repository.keep('profile', version, JSON.stringify(profile));
  }

  async findCatalog(version: string): Promise<CatalogView | undefined> {
    if (version === this.board.view.version) return this.board.view;
    const known = this.catalogs.get(version);
    if (known) return known;
    const source = fromCatalogSnapshot(version, await this.repository.find('catalog', version));
    if (!source) return undefined;
    const [oldest] = this.catalogs.keys();
    if (oldest !== undefined && this.catalogs.size >= MOST_KEPT) this.catalogs.delete(oldest);
    const view = new CatalogView(source);
    this.catalogs.set(version, view);
    return view;
  }

  async findProfile(version: string): Promise<RoutingProfile | undefined> {
    if (version === this.router.profileVersion) return this.router.profile;
    const content = await this.repository.find('profile', version);
    return isRoutingProfile(content) ? content : undefined;
  }
}
