// Every token that the page has been told of, by its place. The chart fills it; the chart and the token card read it.

// Columns by their number: the letter that styles and ids name them by.
export const letters = 'abcd';

const all = new Map();
const key = (turn, column, sample, index) => `${turn}-${column}-${sample}-${index}`;

// A point as the server sends it: an array, since each key would be sent with each token. Of the plain model's own run one reading is
// all there is; an object at the end holds the other axes that were watched.
export function point(sent) {
  const last = sent.at(-1), more = last !== null && typeof last === 'object' ? sent.pop() : undefined;
  const [turn, column, sample, index, text, id, read, pre = read, post = read, touched = 0, lifted = 0, kl = null, plain = null] = sent;
  return { turn, column, sample, index, text, id, read, pre, post, touched: touched === 1, lifted, kl, plain, more };
}

export const points = {
  clear: () => all.clear(),
  add: p => all.set(key(p.turn, p.column, p.sample, p.index), p),
  at: (turn, column, sample, index) => all.get(key(turn, column, sample, index)),
};
