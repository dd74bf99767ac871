import { createHash } from 'node:crypto';
import { AppError } from '../../common/app-error';
import { isJsonObject, parseJson, type JsonObject } from '../../common/json';
import { ROUTING_ERRORS } from '../routing.errors';
import { packHead, unpackHead, type LinearHead, type PackedHead } from './linear-head';
import { TRAIT_COUNT, TRAITS_VERSION } from './prompt-traits';
import { VECTOR_VERSION } from './prompt-vector';
import type { RouterWeights } from './router-weights';

/** Layout of the artefact without and with what stored decisions taught; other numbers are refused. */
const PLAIN_FORMAT = 1;
const TRAITS_FORMAT = 2;
/** Larger weights are no predictions of a share, and their sums might not be numbers. */
const LARGEST_NUMBER = 1e6;

/** What a router was trained on. */
export interface TrainingFacts {
  readonly rows: number;
  /** Sources of the rows, as they name themselves. */
  readonly sources: readonly string[];
}

/** A trained router as it is stored and moved: plain JSON. */
export interface RouterArtefact {
  readonly format: number;
  /** Version of the prompt vector the weights belong to. */
  readonly vector: number;
  /** SHA-256 over everything below; names the router and detects damage. */
  readonly fingerprint: string;
  readonly trainedOn: TrainingFacts;
  readonly averagePrior: number;
  readonly level: PackedHead;
  readonly gain: PackedHead;
  readonly models: readonly { readonly name: string; readonly base: number; readonly head: PackedHead }[];
  readonly families: readonly {
    readonly name: string;
    readonly threshold: number;
    readonly gate: PackedHead;
    readonly corrections: readonly { readonly model: string; readonly head: PackedHead }[];
  }[];
  readonly traits?: {
    /** Version of the traits the weights belong to. */
    readonly version: number;
    readonly models: readonly {
      readonly name: string;
      readonly bias: number;
      readonly weights?: readonly number[];
    }[];
  };
}

export interface ParsedRouter {
  readonly fingerprint: string;
  readonly trainedOn: TrainingFacts;
  readonly weights: RouterWeights;
}

/** Packs weights; the same weights always give the same fingerprint. */
export function toRouterArtefact(weights: RouterWeights, trainedOn: TrainingFacts): RouterArtefact {
  const body = {
    trainedOn,
    averagePrior: weights.averagePrior,
    level: packHead(weights.level),
    gain: packHead(weights.gain),
    models: [...weights.models].map(([name, { base, head }]) => ({ name, base, head: packHead(head) })),
    families: weights.families.map(({ name, threshold, gate, corrections }) => ({
      name,
      threshold,
      gate: packHead(gate),
      corrections: [...corrections].map(([model, head]) => ({ model, head: packHead(head) })),
    })),
    ...(weights.traits && { traits: packTraits(weights.traits) }),
  };
  const format = weights.traits ? TRAITS_FORMAT : PLAIN_FORMAT;
  return { format, vector: VECTOR_VERSION, fingerprint: fingerprint(body), ...body };
}

/** Reads an artefact; fails with `invalid_router_artefact` (AppError) on anything that is not a whole, undamaged one of this version. */
export function parseRouterArtefact(text: string): ParsedRouter {
  const read = parseJson(text);
  if (!isJsonObject(read)) throw invalid('it is not a JSON object');
  const { format, vector, fingerprint: stated, ...body } = read;
  if (format !== PLAIN_FORMAT && format !== TRAITS_FORMAT)
    throw invalid(`format ${String(format)} is not known`);
  if (vector !== VECTOR_VERSION) throw invalid('it was trained for another version of the prompt vector');
  if (stated !== fingerprint(body)) throw invalid('its fingerprint does not match its content');
  return { fingerprint: stated, trainedOn: factsOf(body['trainedOn']), weights: weightsOf(body) };
}

function weightsOf(body: JsonObject): RouterWeights {
  return {
    averagePrior: numberOf(body['averagePrior']),
    level: headOf(body['level']),
    gain: headOf(body['gain']),
    models: new Map(
      objectsOf(body['models']).map(({ name, base, head }) => [
        textOf(name),
        { base: numberOf(base), head: headOf(head) },
      ]),
    ),
    families: objectsOf(body['families']).map(({ name, threshold, gate, corrections }) => ({
      name: textOf(name),
      threshold: numberOf(threshold),
      gate: headOf(gate),
      corrections: new Map(objectsOf(corrections).map(({ model, head }) => [textOf(model), headOf(head)])),
    })),
    ...(body['traits'] !== undefined && { traits: traitsOf(body['traits']) }),
  };
}

function packTraits(traits: ReadonlyMap<string, LinearHead>): NonNullable<RouterArtefact['traits']> {
  return {
    version: TRAITS_VERSION,
    models: [...traits].map(([name, { bias, weights }]) => ({
      name,
      bias: roundWeight(bias),
      ...(weights && { weights: Array.from(weights, roundWeight) }),
    })),
  };
}

function traitsOf(value: unknown): ReadonlyMap<string, LinearHead> {
  if (!isJsonObject(value) || value['version'] !== TRAITS_VERSION)
    throw invalid('it was trained for another version of the traits of prompts');
  return new Map(
    objectsOf(value['models']).map(({ name, bias, weights }) => {
      const numbers = Array.isArray(weights) ? Float32Array.from(weights, numberOf) : undefined;
      if (weights !== undefined && numbers?.length !== TRAIT_COUNT)
        throw invalid('the weights of traits have the wrong size');
      return [textOf(name), { bias: numberOf(bias), weights: numbers }];
    }),
  );
}

function roundWeight(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function factsOf(value: unknown): TrainingFacts {
  if (!isJsonObject(value) || !Array.isArray(value['sources'])) throw invalid('trainedOn is missing');
  return { rows: numberOf(value['rows']), sources: value['sources'].map(textOf) };
}

function headOf(value: unknown): LinearHead {
  if (!isJsonObject(value)) throw invalid('a head is missing');
  const bias = numberOf(value['bias']);
  const { weights } = value;
  if (weights === undefined) return { bias, weights };
  if (!isJsonObject(weights) || !Array.isArray(weights['shape'])) throw invalid('a head is damaged');
  const head = unpackHead({
    bias,
    weights: {
      shape: weights['shape'].map(numberOf),
      step: numberOf(weights['step']),
      hashed: textOf(weights['hashed']),
    },
  });
  if (!head) throw invalid('a head has the wrong size');
  return head;
}

function objectsOf(value: unknown): JsonObject[] {
  if (!Array.isArray(value)) throw invalid('a list is missing');
  return value.map((entry: unknown) => {
    if (!isJsonObject(entry)) throw invalid('a list holds something else than objects');
    return entry;
  });
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !(Math.abs(value) <= LARGEST_NUMBER))
    throw invalid('a number is missing or too large');
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw invalid('a text is missing');
  return value;
}

function fingerprint(body: object): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 32);
}

function invalid(why: string): AppError {
  return new AppError(ROUTING_ERRORS.invalidRouterArtefact, {
    public: `This is not a usable router: ${why}.`,
  });
}
