// The chart's data: every point it has been given, by column, sample and turn, and what of it a drawing of some width needs.

// The key of the axis that a point's own numbers are of.
export const main = 'assistant';
export const readings = ['read', 'pre', 'post'];

// A point's projection on an axis. The first axis is the point's own; of another one there is a number, or [read, pre, post] where
// the run was changed, or nothing where it was not watched.
export function valueOf(point, axis, reading) {
  if (axis === main) return point[reading];
  const value = point.more?.[axis];
  return Array.isArray(value) ? value[readings.indexOf(reading)] : value;
}

export class Series {
  constructor() {
    this.clear();
  }

  clear() {
    this.all = [];
    this.points = [];
    this.turns = [];
    this.kept = new Map();
    this.extremes = new Map();
  }

  // Takes what is new. `keep` is how many of the points given before still hold: after an answer was taken back its points and all
  // that came later go.
  extend(delta, points) {
    if (delta.keep < this.all.length) {
      const kept = this.all.slice(0, delta.keep), turns = this.turns;
      this.clear();
      this.turns = turns;
      for (const point of kept) this.add(point);
    }
    this.turns.length = Math.min(this.turns.length, delta.count);
    for (const turn of delta.turns) this.turns[turn.turn] = turn;
    for (const point of points) this.add(point);
  }

  add(point) {
    this.all.push(point);
    const turns = (this.points[point.column] ??= [])[point.sample] ??= [];
    (turns[point.turn] ??= []).push(point);
    this.widen(point, main);
    for (const axis in point.more) this.widen(point, axis);
  }

  // Of each axis and reading its own range: what is not shown must not widen the scale. It only grows: one that breathes with each
  // token cannot be read.
  widen(point, axis) {
    for (const reading of readings) {
      const value = valueOf(point, axis, reading), key = axis + reading, range = this.extremes.get(key);
      if (!range) this.extremes.set(key, [value, value]);
      else if (value < range[0]) range[0] = value;
      else if (value > range[1]) range[1] = value;
    }
  }

  range(axis, reading) {
    return this.extremes.get(axis + reading) ?? null;
  }

  // The columns of any turn, in their order.
  columns() {
    return [...new Set(this.turns.flatMap(turn => Object.keys(turn?.columns ?? {}).map(Number)))].sort();
  }

  samples(column) {
    return this.points[column]?.length ?? 0;
  }

  answer(turn, column, sample = 0) {
    return this.points[column]?.[sample]?.[turn] ?? [];
  }

  x(point) {
    return point.turn + (point.index + 0.5) / (this.turns[point.turn]?.span ?? 1);
  }

  // A column's line over the turns in view, a gap between two turns. `pixels` is what a turn is wide on the screen: where tokens are
  // denser, each pixel keeps its lowest and its highest one, so what is drawn depends on the screen and not on the conversation.
  line(column, sample, axis, reading, from, to, pixels) {
    const x = [], y = [];
    for (let turn = Math.max(0, Math.floor(from)); turn < Math.min(this.turns.length, Math.ceil(to)); turn++) {
      const part = this.part(turn, column, sample, axis, reading, pixels);
      if (part.x.length === 0) continue;
      if (x.length) { x.push(null); y.push(null); }
      for (let i = 0; i < part.x.length; i++) { x.push(part.x[i]); y.push(part.y[i]); }
    }
    return { x, y };
  }

  // A turn's part of a line is kept until it has more tokens or another width: only the turn that grows is computed again.
  part(turn, column, sample, axis, reading, pixels) {
    const points = this.answer(turn, column, sample);
    const key = `${column}/${sample}/${turn}`;
    const state = `${axis}/${reading}/${Math.round(pixels)}/${points.length}/${this.turns[turn]?.span}`;
    const kept = this.kept.get(key);
    if (kept?.state === state) return kept;
    const part = { state, ...thin(points, p => this.x(p), p => valueOf(p, axis, reading), Math.max(1, Math.round(pixels))) };
    this.kept.set(key, part);
    return part;
  }

  // The token of a column's shown answer nearest to a place on the x axis.
  nearest(x, column) {
    const turn = Math.floor(x), points = this.answer(turn, column);
    if (points.length === 0) return null;
    const index = Math.floor((x - turn) * (this.turns[turn]?.span ?? 1));
    return points[Math.max(0, Math.min(points.length - 1, index))];
  }
}

// The points themselves, or of each bucket of neighbours the lowest and the highest, in their order.
export function thin(points, xOf, yOf, buckets) {
  const x = [], y = [];
  const put = point => { const value = yOf(point); if (value != null) { x.push(xOf(point)); y.push(value); } };
  if (points.length <= buckets * 2) {
    points.forEach(put);
    return { x, y };
  }
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor(b * points.length / buckets), to = Math.floor((b + 1) * points.length / buckets);
    let low = from, high = from;
    for (let i = from + 1; i < to; i++) {
      if (yOf(points[i]) < yOf(points[low])) low = i;
      if (yOf(points[i]) > yOf(points[high])) high = i;
    }
    put(points[Math.min(low, high)]);
    if (low !== high) put(points[Math.max(low, high)]);
  }
  return { x, y };
}
