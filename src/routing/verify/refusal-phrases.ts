/** How answers begin that decline: in lower case, apostrophes straight. */
export const REFUSAL_OPENINGS: readonly string[] = [
  "i can't help",
  "i can't assist",
  "i can't do that",
  "i can't provide",
  "i can't answer",
  'i cannot help',
  'i cannot assist',
  'i cannot provide',
  'i cannot answer',
  'i cannot fulfil',
  "i'm not able to",
  'i am not able to',
  "i'm unable to",
  'i am unable to',
  "i won't be able to",
  "i'm sorry, but i",
  'i am sorry, but i',
  'sorry, i cannot',
  "sorry, i can't",
  'unfortunately, i cannot',
  "unfortunately, i can't",
  'as an ai',
  'as a language model',
];

/** Words by which an answer admits that it does not know. */
export const DOUBTS: readonly string[] = [
  "i don't know",
  'i do not know',
  "i'm not sure",
  'i am not sure',
  'i am uncertain',
  "i'm not certain",
  "i don't have enough information",
  'it is hard to say',
  'could be wrong',
];
