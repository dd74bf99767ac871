import { findAnswerOptions } from './answer-options';

describe('findAnswerOptions', () => {
  it('finds options in their order and where the question ends', () => {
    const options = findAnswerOptions('Which?\nA. 12\nB. seven\nC. 3\nAnswer:');

    expect(options).toEqual({
      count: 3,
      questionLength: 7,
      meanLength: 8 / 3,
      maxLength: 5,
      numericShare: 2 / 3,
    });
  });

  it.each(['Write a poem.', 'A. Smith wrote it.', 'B. first\nA. second', ''])('finds none in %j', (text) => {
    expect(findAnswerOptions(text)).toMatchObject({ count: 0, questionLength: text.length });
  });
});
