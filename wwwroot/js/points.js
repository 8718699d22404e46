// Every token that the page has been told of, by its place. The chart fills it; the chart and the token card read it.

const all = new Map();
const key = (turn, column, sample, index) => `${turn}-${column}-${sample}-${index}`;

// A point as the server sends it: an array, since each key would be sent with each token.
export function point([turn, column, sample, index, text, pre, post, read, touched, lifted, kl, plain, id]) {
  return { turn, column, sample, index, text, pre, post, read, touched: touched === 1, lifted, kl, plain, id };
}

export const points = {
  clear: () => all.clear(),
  add: p => all.set(key(p.turn, p.column, p.sample, p.index), p),
  at: (turn, column, sample, index) => all.get(key(turn, column, sample, index)),
};
