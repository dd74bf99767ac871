import { BoundedLabels, KnownModels } from './bounded-labels';

describe('BoundedLabels', () => {
  it('keeps the first values and calls all others other', () => {
    const labels = new BoundedLabels(2);

    expect(['a', 'b', 'c', 'a', 'd'].map((value) => labels.of(value))).toEqual([
      'a',
      'b',
      'other',
      'a',
      'other',
    ]);
  });
});

describe('KnownModels', () => {
  it('lets only announced pairs through', () => {
    const known = new KnownModels();
    known.add('openai', ['gpt-4o']);
    known.add('openai', ['gpt-4o-mini']);

    expect(known.labelsOf('openai', 'gpt-4o')).toEqual({ provider: 'openai', model: 'gpt-4o' });
    expect(known.labelsOf('openai', 'gpt-4o-mini')).toEqual({ provider: 'openai', model: 'gpt-4o-mini' });
    expect(known.labelsOf('openai', 'made-up')).toEqual({ provider: 'openai', model: 'other' });
    expect(known.labelsOf('made-up', 'gpt-4o')).toEqual({ provider: 'other', model: 'other' });
  });
});
