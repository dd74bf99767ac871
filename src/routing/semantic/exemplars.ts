/** A prompt of which is known what it demands. */
export interface Exemplar {
  readonly text: string;
  /** Which of the catalogue's abilities it calls for. */
  readonly ability: 'general' | 'code' | 'reasoning';
  /** How able a model must be so that half of its answers are good; on the scale of the catalogue's priors. */
  readonly demand: number;
}

const of = (ability: Exemplar['ability'], demand: number, texts: readonly string[]): readonly Exemplar[] =>
  texts.map((text) => ({ text, ability, demand }));

/** Prompts written for this purpose, from the easiest to the hardest of each ability. */
export const EXEMPLARS: readonly Exemplar[] = [
  ...of('general', 0.34, [
    'Hi there, how is it going?',
    'Good morning, nice to see you again.',
    'Hey, are you well today?',
    'Thanks a lot, that helped.',
    'What is the capital of Portugal?',
    'How many days does February have in a leap year?',
    'What colour do you get from blue and yellow?',
    'Say good night in a friendly way.',
    'Who wrote Pride and Prejudice?',
    'What is seven times eight?',
  ]),
  ...of('general', 0.48, [
    'Translate this sentence into Spanish: the train leaves at noon.',
    'Fix the spelling in this note to my landlord.',
    'Give me three names for a small bakery.',
    'Write a two line birthday greeting for my aunt.',
    'Pull the dates and amounts out of this invoice as JSON.',
    'Is this review positive or negative?',
    'Turn this list into a table.',
    'Shorten this paragraph to one sentence.',
  ]),
  ...of('general', 0.62, [
    'Tell me about the history of the bicycle.',
    'Write a polite e-mail that asks for a later deadline.',
    'Plan a week of vegetarian dinners for two.',
    'Describe how coral reefs come into being.',
    'Summarize the main points of this article for a newsletter.',
    'Write a short story about a lighthouse keeper and a storm.',
    'What should I see in Vienna in two days?',
    'Translate this contract clause into German and keep the legal register.',
  ]),
  ...of('general', 0.74, [
    'Write a persuasive speech for a town council about a new library, with answers to likely objections.',
    'Compare three pension schemes and advise a freelancer of forty with two children.',
    'Draft a privacy notice for a clinic that works with outside laboratories.',
    'Write a sonnet in strict metre about the tide, and explain its metaphors.',
    'Turn these interview notes into a balanced newspaper feature of eight hundred words.',
    'Find the contradictions between these two witness statements.',
  ]),
  ...of('code', 0.55, [
    'Print the numbers from one to ten in Python.',
    'How do I reverse a string in JavaScript?',
    'What does the git command to undo the last commit look like?',
    'Write a SQL query that counts the rows of a table.',
    'Give me a regular expression for a five digit postcode.',
    'Convert this for loop into a list comprehension.',
  ]),
  ...of('code', 0.72, [
    'Write a Python function that merges two sorted lists.',
    'Why does this React component render twice?',
    'Add unit tests for this date parser, including leap years.',
    'Write a bash script that keeps the last seven backups and deletes the rest.',
    'Explain this stack trace and repair the null pointer.',
    'Build a REST endpoint in Express that validates its body and stores it in PostgreSQL.',
    'Refactor this class so that it no longer depends on the file system.',
  ]),
  ...of('code', 0.84, [
    'Implement a lock-free queue in Rust and argue why it is free of data races.',
    'Find the memory leak in this C++ server that appears only under load.',
    'Design a database schema and migrations for a multi-tenant billing system without downtime.',
    'Write a compiler pass that hoists loop invariants out of nested loops.',
    'Port this numerical kernel to CUDA and explain the choice of tile size.',
    'Debug a deadlock between two services that share a transaction and a message queue.',
    'Implement Raft leader election with tests for split votes and partitions.',
  ]),
  ...of('reasoning', 0.6, [
    'A shirt costs forty euros after a discount of twenty percent. What did it cost before?',
    'Anna is older than Ben and Ben is older than Carl. Who is the youngest?',
    'If a train covers ninety kilometres in an hour and a half, how fast is it?',
    'Why do we see the lightning before we hear the thunder?',
    'Which of these four statements follows from the other three?',
    'Explain step by step how to split a bill between five friends of whom two had no wine.',
  ]),
  ...of('reasoning', 0.76, [
    'Analyze the time complexity of merge sort and of quicksort in the worst case.',
    'Discuss the causes of the fall of the Weimar Republic and weigh them against each other.',
    'Derive the formula for the sum of a geometric series.',
    'Evaluate the argument of this essay and name its hidden assumptions.',
    'A bag holds five red and seven blue marbles. What is the chance to draw two of the same colour without putting back?',
    'Compare monetary and fiscal policy in a recession with high public debt.',
    'What happens to the equilibrium when a tax is put on one of two complementary goods?',
    'Explain why the sky is blue and the evening is red, from the physics up.',
  ]),
  ...of('reasoning', 0.88, [
    'Prove that every bounded sequence of real numbers has a convergent subsequence.',
    'Show that there is no rational number whose square is three, and generalize the proof.',
    'Solve this olympiad inequality for all positive a, b and c with product one.',
    'Design a clinical trial for a rare disease with an adaptive stopping rule and justify the sample size.',
    'Derive the Black-Scholes equation and say which of its assumptions fail in a crisis.',
    'Work out the quantum numbers of the ground state of this many-electron ion and check them by Hund’s rules.',
    'Find a counterexample to this conjecture about planar graphs or prove it.',
  ]),
];
