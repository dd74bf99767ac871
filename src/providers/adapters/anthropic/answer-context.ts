import type { Dialect } from '../../../llm/content-part';
import type { AnswerContext } from '../../wire/answer-context';

/** What the reader of an answer must know of the request it belongs to. */
export interface AnthropicAnswerContext extends AnswerContext {
  /** The client's dialect: blocks that only Anthropic knows are of use in its own alone. */
  readonly dialect: Dialect;
  /** The tool whose arguments are the answer's text, where one stands in for a schema. */
  readonly jsonTool: string | undefined;
}
