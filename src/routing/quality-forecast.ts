import { Injectable } from '@nestjs/common';
import type { ModelCard } from '../catalog/model-card';
import type { PromptFeatures } from './features';
import type { Intent } from './intent/intent-label';
import { builtInRouter } from './quality/built-in-router';
import type { QualityPredictor } from './quality/quality-predictor';
import { WeightedPredictor } from './quality/weighted-predictor';
import { blendEvidence, type AnswerEvidence, type QualityEvidence } from './quality-evidence';
import type { PromptMeaning } from './semantic/semantic-index';
import { semanticQuality } from './semantic/semantic-quality';
import { SemanticSpace } from './semantic/semantic-space';

/** What a forecast is made from. */
export interface ForecastInput {
  readonly engine: string;
  /** The newest user message. */
  readonly text: string;
  readonly features: PromptFeatures;
  readonly intent: Intent;
  /** The tenant's own router, when it has activated one. */
  readonly predictor?: QualityPredictor;
  /** What became of the tenant's earlier answers, by intent. */
  readonly evidence?: QualityEvidence;
  /** The prompt's meaning by the configured embedder; the built-in one is used otherwise. */
  readonly meaning?: PromptMeaning;
  /** What became of the tenant's answers to similar prompts. */
  readonly neighboursOf?: (
    meaning: PromptMeaning,
  ) => ((card: ModelCard) => AnswerEvidence | undefined) | undefined;
}

/** Predicted shares of good answers, and who predicted them. */
export interface Forecast {
  /** One per card, in steps of 0.001. */
  readonly qualities: readonly number[];
  /** The same before what is known of the tenant's earlier answers by intent was blended in. */
  readonly predictions: readonly number[];
  readonly by: string;
}

type Prediction = Omit<Forecast, 'predictions'>;

const SHOWN_VERSION = 8;
const SEMANTIC = 'semantic';

/** Predicts how well each model would answer, before an engine weighs it: once per decision, in memory, without asking anybody. */
@Injectable()
export class QualityForecast {
  private readonly builtIn: QualityPredictor;

  constructor(private readonly space: SemanticSpace) {
    const { fingerprint, weights } = builtInRouter();
    this.builtIn = new WeightedPredictor(fingerprint, weights);
  }

  of(input: ForecastInput, cards: readonly ModelCard[]): Forecast {
    const { evidence, intent } = input;
    const { qualities, by } =
      input.engine === SEMANTIC ? this.bySimilarity(input, cards) : this.byWeights(input, cards);
    return {
      by,
      predictions: qualities.map(rounded),
      qualities: cards.map((card, i) =>
        rounded(blendEvidence(qualities[i] ?? 0, evidence?.(card, intent.label))),
      ),
    };
  }

  private byWeights(
    { text, features, intent, predictor = this.builtIn }: ForecastInput,
    cards: readonly ModelCard[],
  ): Prediction {
    const qualities = [...predictor.predict({ text, features, intent }, cards)];
    return { qualities, by: predictor.version.slice(0, SHOWN_VERSION) };
  }

  private bySimilarity(input: ForecastInput, cards: readonly ModelCard[]): Prediction {
    const meaning = input.meaning ?? this.space.meaningOf(input.text);
    const demand = this.space.indexOf(meaning).demandOf(meaning.vector);
    const neighbours = input.neighboursOf?.(meaning);
    const qualities = cards.map((card) => blendEvidence(semanticQuality(card, demand), neighbours?.(card)));
    return { qualities, by: meaning.version.slice(0, SHOWN_VERSION) };
  }
}

function rounded(quality: number): number {
  return Math.round(1000 * quality) / 1000;
}
