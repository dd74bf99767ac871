import { Injectable } from '@nestjs/common';
import type { NanoUsd } from '../../common/money';
import { lastUserText } from '../../llm/message-text';
import { RouterService } from '../../routing/router.service';
import { SemanticSpace, type MeaningSearch } from '../../routing/semantic/semantic-space';
import { RemoteEmbeddings } from './remote-embeddings';
import type { Undecided } from './undecided';

/** What was found, and what that cost. */
export interface FoundMeaning {
  readonly search: MeaningSearch;
  readonly costNanoUsd: NanoUsd;
}

const NOTHING: FoundMeaning = { search: {}, costNanoUsd: 0n };
const SEMANTIC = 'semantic';

/** Finds the meaning of a prompt by the configured embedder, for the engine that looks at it and where it has a choice. */
@Injectable()
export class PromptMeanings {
  constructor(
    private readonly space: SemanticSpace,
    private readonly remote: RemoteEmbeddings,
    private readonly router: RouterService,
  ) {}

  /** Never rejects; waits for ROUTER_EMBEDDER_TIMEOUT_MS at most. */
  async find(undecided: Undecided): Promise<FoundMeaning> {
    const { input, signal } = undecided;
    const isWanted = input.preferences.routing.engine === SEMANTIC && this.router.hasChoice(input.original);
    if (!isWanted) return NOTHING;
    const mayAsk = this.router.mayAskVendors();
    const embedder = mayAsk ? this.remote.embedderFor(undecided) : undefined;
    // What policy left of the text: it may go to another service.
    const search = await this.space.findMeaning(lastUserText(input.policy.request), signal, embedder);
    return { search, costNanoUsd: embedder?.costNanoUsd ?? 0n };
  }
}
