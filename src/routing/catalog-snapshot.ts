import type { ModelCard } from '../catalog/model-card';
import { isJsonObject } from '../common/json';
import type { CatalogSource } from './catalog-view';

/** What decisions are made from of a card; kept with every catalogue version so that its records replay for ever. */
type CardFacts = Pick<
  ModelCard,
  'provider' | 'model' | 'aliases' | 'kind' | 'regions' | 'quality' | 'typicalTokensPerSecond'
>;

const NO_CAPABILITIES: ModelCard['capabilities'] = {
  reasoning: false,
  vision: false,
  audio: false,
  files: false,
  tools: false,
  jsonMode: false,
  jsonSchema: false,
  logprobs: false,
  multipleChoices: false,
};

/** The listed cards of a catalogue as JSON text. */
export function toCatalogSnapshot(cards: readonly ModelCard[]): string {
  const facts = cards.map(
    ({ provider, model, aliases, kind, regions, quality, typicalTokensPerSecond }): CardFacts => ({
      provider,
      model,
      aliases,
      kind,
      regions,
      quality,
      typicalTokensPerSecond,
    }),
  );
  return JSON.stringify(facts);
}

/** A catalogue as it was, with all that a replay needs and no prices; undefined for anything but a snapshot. */
export function fromCatalogSnapshot(version: string, content: unknown): CatalogSource | undefined {
  if (!Array.isArray(content) || !content.every(isCardFacts)) return undefined;
  const cards = content.map(toCard);
  return {
    version,
    list: () => cards,
    find: (provider, model) => {
      const listed = cards.find((card) => card.provider === provider && card.model === model);
      if (listed) return listed;
      const dated = cards.find((card) => card.provider === provider && card.aliases.includes(model));
      return dated && { ...dated, model, aliases: [] };
    },
  };
}

function toCard(facts: CardFacts): ModelCard {
  return { ...facts, contextTokens: 0, maxOutputTokens: 0, capabilities: NO_CAPABILITIES, prices: [] };
}

function isCardFacts(value: unknown): value is CardFacts {
  if (!isJsonObject(value)) return false;
  const { quality } = value;
  return (
    typeof value['provider'] === 'string' &&
    typeof value['model'] === 'string' &&
    isTexts(value['aliases']) &&
    isTexts(value['regions']) &&
    typeof value['typicalTokensPerSecond'] === 'number' &&
    isJsonObject(quality) &&
    ['general', 'code', 'reasoning'].every((part) => typeof quality[part] === 'number')
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
