import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import type { ChatRequest } from '../../llm/chat-request';
import { lastUserText } from '../../llm/message-text';
import { StaticEmbedder } from '../../platform/embedding/static/static-embedder';
import type { PromptFeatures } from '../features';
import { RoutingConfig } from '../routing.config';
import { IntentFeatureReader } from './intent-features';
import type { Intent } from './intent-label';
import { readIntentModel, type IntentModel } from './intent-model';
import { useOf, type IntentSettings, type IntentThresholds } from './intent-use';
import { classifyByRules } from './rule-intent-classifier';

const MODEL_FILE = join(__dirname, 'intent-model.bin');

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
    const settings = {
      enabled: this.settings.enabled,
      lowConfidence: thresholds.lowConfidence ?? this.settings.lowConfidence,
      minConfidenceForDirect: thresholds.minConfidenceForDirect ?? this.settings.minConfidenceForDirect,
    };
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
}
