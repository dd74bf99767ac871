import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import type { ChatRequest } from '../../llm/chat-request';
import { lastUserText } from '../../llm/message-text';
import { StaticEmbedder } from '../../platform/embedding/static/static-embedder';
import type { PromptFeatures } from '../features';
import { RoutingConfig } from '../routing.config';
import { IntentFeatureReader } from './intent-features';
import type { Intent, IntentLabel, OpinionOutcome } from './intent-label';
import { readIntentModel, type IntentModel } from './intent-model';
import { useOf, type IntentSettings, type IntentThresholds } from './intent-use';
import { classifyByRules } from './rule-intent-classifier';

const MODEL_FILE = join(__dirname, 'intent-model.bin');

/** What a language model said, or why it said nothing. */
export type AskedOpinion =
  | { readonly label: IntentLabel; readonly confidence: number; readonly model: string }
  | { readonly outcome: Exclude<OpinionOutcome, 'agreed' | 'overruled'> };

/** Says what a request is about: by the trained model, or by the rule book where there is no model. Deterministic. */
@Injectable()
export class IntentClassifier {
  private readonly settings: IntentSettings;
  private readonly reader: IntentFeatureReader;
  private readonly model: IntentModel | undefined;

  constructor(config: RoutingConfig, embedder: StaticEmbedder) {
    this.settings = {
      enabled: config.intentClassifierEnabled,
      lowConfidence: config.intentLowConfidence,
      minConfidenceForDirect: config.intentMinConfidenceForDirect,
    };
    this.reader = new IntentFeatureReader(embedder);
    this.model = readIntentModel(MODEL_FILE, embedder.version);
    if (this.model === undefined)
      new Logger(IntentClassifier.name).warn('There is no intent model for this embedder: rules decide.');
  }

  /** `thresholds` take the place of the configured ones in saying what the label is good for. */
  classify(request: ChatRequest, features: PromptFeatures, thresholds: IntentThresholds = {}): Intent {
    const settings = this.settingsWith(thresholds);
    if (!settings.enabled || this.model === undefined) return classifyByRules(features, settings);
    const { label, confidence } = this.model.guess(this.reader.read(lastUserText(request), features));
    return {
      label,
      confidence,
      method: 'model',
      use: useOf(confidence, settings),
      model: this.model.header.version,
    };
  }

  /** True for a label without influence that another opinion may replace. A risk is never argued away. */
  isUnsure({ label, method, confidence }: Intent, thresholds: IntentThresholds = {}): boolean {
    if (method === 'off' || label === 'safety_risk') return false;
    return confidence < this.settingsWith(thresholds).lowConfidence;
  }

  /** The intent after a language model was asked: its label with the confidence it deserves, or the classifier's own. */
  withOpinion(own: Intent, opinion: AskedOpinion, thresholds: IntentThresholds = {}): Intent {
    const { label, confidence } = own;
    if ('outcome' in opinion) return { ...own, asked: { label, confidence, outcome: opinion.outcome } };
    const outcome = opinion.label === label ? 'agreed' : 'overruled';
    return {
      label: opinion.label,
      confidence: opinion.confidence,
      method: 'llm',
      use: useOf(opinion.confidence, this.settingsWith(thresholds)),
      model: opinion.model,
      asked: { label, confidence, outcome },
    };
  }

  private settingsWith(thresholds: IntentThresholds): IntentSettings {
    return {
      enabled: this.settings.enabled,
      lowConfidence: thresholds.lowConfidence ?? this.settings.lowConfidence,
      minConfidenceForDirect: thresholds.minConfidenceForDirect ?? this.settings.minConfidenceForDirect,
    };
  }
}
