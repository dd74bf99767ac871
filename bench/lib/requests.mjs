const messages = [
  {
    role: 'system',
    content: 'You are a careful assistant. Answer in plain words, and say so when you do not know.',
  },
  { role: 'user', content: 'Our ticket {n}: the nightly export is slow. What would you look at first?' },
  { role: 'assistant', content: 'At the slowest query, with its plan, and at what else runs at that hour.' },
  { role: 'user', content: 'It reads two million rows and sorts them. Which index helps, and why?' },
];

/** What every variant is asked; `{n}` becomes a different number in each request. */
export const bodies = {
  json: JSON.stringify({ model: 'auto', messages }),
  stream: JSON.stringify({ model: 'auto', messages, stream: true, stream_options: { include_usage: true } }),
};

export const tokensPerAnswer = 32;
