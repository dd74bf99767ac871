import { ApiProperty } from '@nestjs/swagger';
import { toUsdNumber } from '../../common/money';
import type { RollupFigures } from '../rollup.query';

/** Tokens, the cached part of the input apart. */
export class TokenFiguresDto {
  @ApiProperty({ example: 120_000, description: 'The cached part included.' })
  input: number;

  @ApiProperty({ example: 30_000 })
  cached: number;

  @ApiProperty({ example: 24_000 })
  output: number;

  @ApiProperty({ example: 144_000 })
  total: number;
}

/** The figures of one group. */
export class CostGroupDto {
  @ApiProperty({ example: 1.25, description: 'USD; `cost_nano_usd` is exact.' })
  cost: number;

  @ApiProperty({ example: '1250000000' })
  cost_nano_usd: string;

  @ApiProperty({ example: 310, description: 'Requests, counted under the model that answered.' })
  requests: number;

  @ApiProperty({
    example: 322,
    description: 'Calls to vendors: retries, failovers and further steps included.',
  })
  calls: number;

  @ApiProperty({ example: 144_000 })
  tokens: number;
}

/** What requests would have cost elsewhere, minus what they cost; negative where routing cost more. */
export class SavingsDto {
  @ApiProperty({ example: 3.2, description: 'Against the model the client named.' })
  vs_requested: number;

  @ApiProperty({ example: '3200000000' })
  vs_requested_nano_usd: string;

  @ApiProperty({ example: 18.4, description: 'Against the strongest model that could have answered.' })
  vs_strongest: number;

  @ApiProperty({ example: '18400000000' })
  vs_strongest_nano_usd: string;

  @ApiProperty({ example: -2.1, description: 'Against the cheapest model that could have answered.' })
  vs_cheapest: number;

  @ApiProperty({ example: '-2100000000' })
  vs_cheapest_nano_usd: string;

  @ApiProperty({ example: 120, description: 'Requests that named a model and were answered.' })
  requests_compared_with_requested: number;

  @ApiProperty({
    example: 310,
    description: 'Requests that were answered and had candidates to compare with.',
  })
  requests_compared_with_candidates: number;
}

/** Shows the figures of a group. */
export function toCostGroup(figures: RollupFigures): CostGroupDto {
  return {
    cost: toUsdNumber(figures.costNanoUsd),
    cost_nano_usd: figures.costNanoUsd.toString(),
    requests: figures.requests,
    calls: figures.calls,
    tokens: figures.inputTokens + figures.outputTokens,
  };
}

/** Shows what routing saved. */
export function toSavings(figures: RollupFigures): SavingsDto {
  return {
    vs_requested: toUsdNumber(figures.savedRequestedNanoUsd),
    vs_requested_nano_usd: figures.savedRequestedNanoUsd.toString(),
    vs_strongest: toUsdNumber(figures.savedStrongestNanoUsd),
    vs_strongest_nano_usd: figures.savedStrongestNanoUsd.toString(),
    vs_cheapest: toUsdNumber(figures.savedCheapestNanoUsd),
    vs_cheapest_nano_usd: figures.savedCheapestNanoUsd.toString(),
    requests_compared_with_requested: figures.comparedRequested,
    requests_compared_with_candidates: figures.comparedCandidates,
  };
}

export function toTokens(figures: RollupFigures): TokenFiguresDto {
  const { inputTokens, cachedTokens, outputTokens } = figures;
  return {
    input: inputTokens,
    cached: cachedTokens,
    output: outputTokens,
    total: inputTokens + outputTokens,
  };
}

/** USD per request, to the nano-dollar; 0 for no requests. */
export function averageCost({ costNanoUsd, requests }: RollupFigures): number {
  return requests === 0 ? 0 : toUsdNumber(costNanoUsd / BigInt(requests));
}
