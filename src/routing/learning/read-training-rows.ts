import { isJsonObject, parseJson, type JsonObject } from '../../common/json';
import { toPromptVector } from '../quality/prompt-vector';
import type { TrainingRow } from './training-row';

/** One line of a labelled file: a prompt and what each model scored and cost. */
export interface LabelledRow {
  readonly id: string | number;
  readonly source: string;
  readonly task: string;
  readonly prompt: string;
  readonly models: ReadonlyMap<string, LabelledAnswer>;
}

export interface LabelledAnswer {
  /** 0..1; undefined in a file without labels. */
  readonly score: number | undefined;
  /** USD. */
  readonly cost: number | undefined;
}

/** Reads JSON lines `{id, source?, task?, prompt, models?: {name: {score?, cost?}}}`; names the line that is wrong. */
export function readLabelledRows(text: string): LabelledRow[] {
  return text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      const value = parseJson(line);
      const id = isJsonObject(value) ? value['id'] : undefined;
      if (!isJsonObject(value) || typeof value['prompt'] !== 'string' || !isId(id))
        throw new Error(`line ${number}: expected an object with id and prompt`);
      const { source, task, prompt, models } = value;
      return {
        id,
        source: typeof source === 'string' ? source : '',
        task: typeof task === 'string' ? task : '',
        prompt,
        models: answersOf(isJsonObject(models) ? models : {}, number),
      };
    });
}

/** Rows with at least one label, as the trainer takes them. */
export function toTrainingRows(rows: readonly LabelledRow[]): TrainingRow[] {
  return rows.flatMap((row) => {
    const outcomes = new Map<string, number>();
    for (const [name, { score }] of row.models)
      if (score !== undefined) outcomes.set(name.toLowerCase(), Math.min(Math.max(score, 0), 1));
    if (outcomes.size === 0) return [];
    return [{ vector: toPromptVector(row.prompt), outcomes, family: familyOf(row) }];
  });
}

/** The source and the first part of the task: `mmlu/anatomy` and `mmlu/virology` are one family. */
function familyOf({ source, task }: LabelledRow): string | undefined {
  if (task === '') return undefined;
  return `${source}/${task.split('/')[0] ?? task}`;
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function answersOf(models: JsonObject, line: number): Map<string, LabelledAnswer> {
  return new Map(
    Object.entries(models).map(([name, answer]) => {
      const { score, cost } = isJsonObject(answer) ? answer : {};
      // Percentages would otherwise all count as the best score there is.
      if (typeof score === 'number' && !(score >= 0 && score <= 1))
        throw new Error(`line ${line}: the score of ${name} is ${score}; scores go from 0 to 1`);
      if (typeof cost === 'number' && cost < 0)
        throw new Error(`line ${line}: the cost of ${name} is negative`);
      return [
        name,
        {
          score: typeof score === 'number' && Number.isFinite(score) ? score : undefined,
          cost: typeof cost === 'number' && Number.isFinite(cost) ? cost : undefined,
        },
      ];
    }),
  );
}
