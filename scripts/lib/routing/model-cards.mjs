/** Cards for the models of a file: from the catalogue where it knows them, otherwise made up from what they cost. */
export function cardsFor(names, { modules, prices }) {
  const known = new Map();
  for (const card of modules.KNOWN_MODELS)
    for (const name of [card.model, ...card.aliases, `${card.provider}/${card.model}`])
      if (!known.has(name.toLowerCase())) known.set(name.toLowerCase(), card);
  return new Map(
    names.map((name) => [
      name,
      withName(known.get(name.toLowerCase()) ?? inventedCard(name, prices.get(name)), name),
    ]),
  );
}

/** Keeps the name of the file findable: trained weights go by it. */
function withName(card, name) {
  return card.model === name ? card : { ...card, aliases: [...card.aliases, name] };
}

/** Dearer models are usually better: nine hundredths of quality per factor of ten. */
function inventedCard(name, usdPerMillion) {
  const ability = Math.min(0.85, Math.max(0.5, 0.64 + 0.09 * Math.log10(usdPerMillion ?? 1)));
  return {
    provider: 'evaluated',
    model: name,
    aliases: [],
    kind: 'chat',
    regions: ['global'],
    quality: { general: ability, code: ability, reasoning: ability },
    typicalTokensPerSecond: 50,
  };
}

/** In a pair the caller says who is strong; a made-up card must not say otherwise. */
export function asPair(cards, weak, strong) {
  const [weakCard, strongCard] = [cards.get(weak), cards.get(strong)];
  if (strongCard.quality.general - weakCard.quality.general >= SMALLEST_STEP) return cards;
  const ability = Math.min(0.99, weakCard.quality.general + SMALLEST_STEP);
  return new Map([
    ...cards,
    [strong, { ...strongCard, quality: { general: ability, code: ability, reasoning: ability } }],
  ]);
}

const SMALLEST_STEP = 0.1;

/**
 * Mean cost per call and per million input tokens (four characters each) of every model: by the rows themselves, or by
 * `others` for models without a cost there. A model without a cost anywhere counts as free.
 */
export function costsOf(rows, others = []) {
  const [own, fallback] = [meanCosts(rows), meanCosts(others)];
  return {
    perCall: new Map([...fallback.perCall, ...own.perCall]),
    perMillion: new Map([...fallback.perMillion, ...own.perMillion]),
  };
}

function meanCosts(rows) {
  const sums = new Map();
  for (const { prompt, models } of rows)
    for (const [name, { cost }] of models) {
      if (cost === undefined) continue;
      const sum = sums.get(name) ?? { cost: 0, tokens: 0, count: 0 };
      sum.cost += cost;
      sum.tokens += prompt.length / 4;
      sum.count += 1;
      sums.set(name, sum);
    }
  return {
    perCall: new Map([...sums].map(([name, { cost, count }]) => [name, cost / count])),
    perMillion: new Map(
      [...sums].map(([name, { cost, tokens }]) => [name, (1e6 * cost) / Math.max(tokens, 1)]),
    ),
  };
}
