import type { JsonObject } from '../common/json';
import type { Steps } from '../common/steps';
import type { ChatRole } from '../llm/chat-request';

/** What is done with each kind of text in a request. Every method returns its very argument when nothing is found. */
export interface TextInspection {
  /** The text with its personal data replaced. */
  text(text: string, role: ChatRole): string;
  /** Text that is JSON stays JSON: strings and numbers are looked at one by one, each together with its key. */
  jsonText(text: string, role: ChatRole): string;
  /** Every string of a JSON object. */
  json(value: JsonObject, role: ChatRole): JsonObject;
}

/** The same in steps. */
export interface TextInspectionInSteps {
  textInSteps(text: string, role: ChatRole): Steps<string>;
  jsonTextInSteps(text: string, role: ChatRole): Steps<string>;
  jsonInSteps(value: JsonObject, role: ChatRole): Steps<JsonObject>;
}

/**
 * Makes a walk over a value, written for doing everything at once, work in steps: it is made twice,
 * first to learn what there is to inspect, and again, when that has been done, to put the answers in.
 */
export function* walkInSteps<T>(
  walk: (inspection: TextInspection) => T,
  inspection: TextInspectionInSteps,
): Steps<T> {
  const places = new Places();
  walk(places);
  const texts: string[] = [];
  for (const { isJson, text, role } of places.texts) {
    texts.push(yield* isJson ? inspection.jsonTextInSteps(text, role) : inspection.textInSteps(text, role));
  }
  const values: JsonObject[] = [];
  for (const { value, role } of places.values) values.push(yield* inspection.jsonInSteps(value, role));
  return walk(new Answers(texts, values));
}

/** Notes what would be inspected. */
class Places implements TextInspection {
  readonly texts: { readonly isJson: boolean; readonly text: string; readonly role: ChatRole }[] = [];
  readonly values: { readonly value: JsonObject; readonly role: ChatRole }[] = [];

  text(text: string, role: ChatRole): string {
    this.texts.push({ isJson: false, text, role });
    return text;
  }

  jsonText(text: string, role: ChatRole): string {
    this.texts.push({ isJson: true, text, role });
    return text;
  }

  json(value: JsonObject, role: ChatRole): JsonObject {
    this.values.push({ value, role });
    return value;
  }
}

/** Gives the answers in the order in which the questions come again. */
class Answers implements TextInspection {
  #text = 0;
  #value = 0;

  constructor(
    private readonly texts: readonly string[],
    private readonly values: readonly JsonObject[],
  ) {}

  text(text: string): string {
    return this.texts[this.#text++] ?? text;
  }

  jsonText(text: string): string {
    return this.text(text);
  }

  json(value: JsonObject): JsonObject {
    return this.values[this.#value++] ?? value;
  }
}
