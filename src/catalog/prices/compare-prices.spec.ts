import { parseUsd } from '../../common/money';
import type { ModelCard, PriceRow } from '../model-card';
import { KNOWN_MODELS } from '../known-models';
import { perMillion, type ListedPrice } from '../models/price';
import { comparePrice, type PriceFinding } from './compare-prices';

const row = (price: ListedPrice, tier?: PriceRow['tier'], validFrom = '2026-12-01'): PriceRow => ({
  validFrom,
  perMillion: perMillion(price),
  ...(tier && { tier }),
});

function cardWith(prices: readonly PriceRow[], kind: ModelCard['kind'] = 'chat'): ModelCard {
  const [card] = KNOWN_MODELS;
  if (!card) throw new Error('no models');
  return { ...card, kind, prices };
}

function kindsOf(
  was: ListedPrice,
  now: ListedPrice,
  kind: ModelCard['kind'] = 'chat',
): readonly PriceFinding['kind'][] {
  const card = cardWith([row(was, undefined, '2026-01-01')], kind);
  return [...new Set(comparePrice(card, row(now)).map((finding) => finding.kind))];
}

describe('comparePrice', () => {
  // What three public price lists got wrong in the summer of 2026.
  it.each([
    [
      'a cut that one list missed (five times)',
      { input: '0.2', output: '1.2' },
      { input: '1', output: '6' },
      'jump',
    ],
    ['a rise that two lists missed', { input: '1.5', output: '7.5' }, { input: '0.4', output: '2' }, 'jump'],
    [
      'an alias that resolves to an older model',
      { input: '0.5', output: '1.5' },
      { input: '2', output: '6' },
      'jump',
    ],
    ['0.06 instead of 0.1', { input: '0.1', output: '0.3' }, { input: '0.06', output: '0.18' }, 'jump'],
    ['an unknown promotion', { input: '0.75', output: '3.75' }, { input: '1.5', output: '7.5' }, 'jump'],
    [
      'input and output exchanged',
      { input: '0.0375', output: '0.15' },
      { input: '0.15', output: '0.0375' },
      'swapped',
    ],
    ['ten times both', { input: '0.6', output: '3.6' }, { input: '6', output: '36' }, 'factor_of_ten'],
    ['ten times the output', { input: '0.2', output: '0.6' }, { input: '0.2', output: '6' }, 'factor_of_ten'],
    [
      'the storage price in the field of cached reads',
      { input: '2', output: '12', cacheRead: '0.2' },
      { input: '2', output: '12', cacheRead: '4.5' },
      'cache_read_above_input',
    ],
    [
      'an hourly cache write at twelve times',
      { input: '0.25', output: '1.25', cacheWrite: '0.3', cacheWrite1h: '0.5' },
      { input: '0.25', output: '1.25', cacheWrite: '0.3', cacheWrite1h: '6' },
      'factor_of_ten',
    ],
    ['a rise that was cancelled', { input: '2', output: '10' }, { input: '3', output: '15' }, 'jump'],
    [
      'a cached read that another list bills in full',
      { input: '30', output: '180', cacheRead: '3' },
      { input: '30', output: '180' },
      'factor_of_ten',
    ],
  ] as const)('holds back %s', (_what, was, now, kind) => {
    expect(kindsOf(was, now)).toContain(kind);
  });

  it('holds back a price for the answers of an embedding model, which has none', () => {
    expect(kindsOf({ input: '0.1', output: '0' }, { input: '0.1', output: '0.1' }, 'embedding')).toContain(
      'output_on_embedding',
    );
  });

  it('holds back a long-input limit that is written differently, and one that goes away', () => {
    const tier = (inputTokensAbove: number): PriceRow['tier'] => ({
      inputTokensAbove,
      perMillion: perMillion({ input: '8', output: '30' }),
    });
    const card = cardWith([row({ input: '4', output: '20' }, tier(272_000), '2026-01-01')]);

    expect(comparePrice(card, row({ input: '4', output: '20' }, tier(271_999)))).toEqual([
      { kind: 'tier_moved' },
    ]);
    expect(comparePrice(card, row({ input: '4', output: '20' }))).toEqual([{ kind: 'tier_moved' }]);
    expect(comparePrice(card, row({ input: '4', output: '20' }, tier(272_000)))).toEqual([]);
  });

  it('holds back what would stay in force over a change that is already known', () => {
    const card = cardWith([
      row({ input: '0.75', output: '3.75' }, undefined, '2026-07-01'),
      row({ input: '1.5', output: '7.5' }, undefined, '2027-01-01'),
    ]);

    expect(comparePrice(card, row({ input: '0.8', output: '3.75' }))).toEqual([
      { kind: 'planned_change_dropped' },
    ]);
    expect(comparePrice(card, row({ input: '1.6', output: '7.5' }, undefined, '2027-02-01'))).toEqual([]);
  });

  it('lets a step of a quarter pass and no more, up and down', () => {
    const was = { input: '4', output: '20' };

    expect(kindsOf(was, { input: '5', output: '15' })).toEqual([]);
    expect(kindsOf(was, { input: '5.000000001', output: '20' })).toEqual(['jump']);
    expect(kindsOf(was, { input: '4', output: '14.999999999' })).toEqual(['jump']);
  });

  it('compares with the price of the day on which the new one begins', () => {
    const card = cardWith([
      row({ input: '1', output: '6' }, undefined, '2026-01-01'),
      row({ input: '0.2', output: '1.2' }, undefined, '2026-07-30'),
    ]);

    expect(comparePrice(card, row({ input: '0.2', output: '1.2' }))).toEqual([]);
    expect(comparePrice(card, row({ input: '1', output: '6' }))).toMatchObject([
      { kind: 'jump', was: parseUsd('0.2'), now: parseUsd('1') },
      { kind: 'jump', bucket: 'outputText' },
      { kind: 'jump' },
      { kind: 'jump' },
      { kind: 'jump' },
      { kind: 'jump' },
    ]);
  });
});
