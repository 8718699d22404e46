// What Plotly is given: traces and layout for a view of the series. Nothing here keeps state.

import { readings } from './series.js';

// Plotly reads a little markup in its texts; names come from files.
export const escape = text => String(text).replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);

const label = (text, colour, more) => ({ text, showarrow: false, font: { size: 12, color: colour }, ...more });
export const whole = v => (Math.round(v) < 0 ? '−' : Math.round(v) > 0 ? '+' : '') + Math.abs(Math.round(v));

export const margins = narrow => ({ l: narrow ? 34 : 52, r: narrow ? 66 : 104, t: 24, b: 4 });

// A turn's numbers of a column on an axis: [seeds, read, pre, post, spread of read, of pre, of post].
const numbers = (turn, column, axis) => turn.columns[column]?.means[axis];
const mean = (entry, reading) => entry?.[1 + readings.indexOf(reading)];
const spread = (entry, reading) => entry?.[4 + readings.indexOf(reading)];

// `columns` are those of the next turn; `width` and `height` are the element's, and its width stands for so many `turns`.
export function figure({ series, axis, reading, columns, turns, view, height, width, colours, marked }) {
  const narrow = width < 560, margin = margins(narrow), [from, to] = view.x;
  const turnPixels = (width - margin.l - margin.r) / (to - from);
  // As much again on both sides, so that a drag shows lines before it ends.
  const [first, last] = [from - (to - from), to + (to - from)];
  const ink = colours.columns, key = axis.key, all = [...new Set([...series.columns(), ...columns.map(c => c.column)])].sort();
  const nameOf = column => columns.find(c => c.column === column)?.name ?? series.turns.findLast(t => t?.columns[column]).columns[column].name;
  const range = view.y ?? scale(series, axis, reading);
  const traces = [];
  // Where many turns share few pixels their lines are a field of colour, and the means must stand out of it.
  const faint = turnPixels < 24 ? 0.25 : 0.5, line = (column, sample) => series.line(column, sample, key, reading, first, last, turnPixels);
  for (const column of all) traces.push({ ...thinLine(ink[column], faint), ...line(column, 0), name: escape(nameOf(column)) });
  for (const column of all) traces.push(bars(series, column, key, reading, first, last, ink[column]));
  for (const column of all) {
    const others = Array.from({ length: Math.max(0, series.samples(column) - 1) }, (_, i) => line(column, i + 1));
    if (others.length === 0) continue;
    traces.push(band(series, column, key, reading, first, last, ink[column]));
    traces.push({ ...thinLine(ink[column], faint / 3), x: others.flatMap(o => [...o.x, null]), y: others.flatMap(o => [...o.y, null]), name: 'other seeds' });
  }
  const annotations = [
    label(`▲ ${escape(axis.high)}`, colours.ink, { xref: 'paper', yref: 'paper', x: 0, y: 1, xanchor: 'left', yanchor: 'bottom', xshift: 4 }),
    label(`▼ ${escape(axis.low)}`, colours.ink, { xref: 'paper', yref: 'paper', x: 0, y: 0, xanchor: 'left', yanchor: 'bottom', xshift: 4 }),
  ];
  floors(series, axis, all, columns, turns, traces, annotations, ink, narrow);
  differences(series, key, reading, from, to, turnPixels, traces, annotations, colours);
  changes(series, traces, colours);
  const shapes = roles(axis, range, height - margin.t - margin.b, annotations, colours, narrow);
  if (marked != null) shapes.push({ type: 'rect', layer: 'below', xref: 'x', yref: 'paper', x0: marked, x1: marked + 1, y0: 0, y1: 1, fillcolor: colours.mark, line: { width: 0 } });
  const layout = {
    width, height, margin, showlegend: false, shapes, annotations, hovermode: false, dragmode: view.touch ? false : 'zoom',
    paper_bgcolor: 'transparent', plot_bgcolor: 'transparent',
    font: { family: 'Inter, system-ui, sans-serif', size: 12, color: colours.ink },
    // One grid line between two turns, as long as they leave room between them.
    xaxis: { range: [from, to], fixedrange: false, showgrid: turnPixels >= 14, gridcolor: colours.line, tick0: 0, dtick: 1, zeroline: false, showticklabels: false },
    yaxis: { range, fixedrange: false, gridcolor: colours.line, zeroline: false, nticks: height < 200 ? 4 : 6, tickfont: { size: 12 }, title: narrow ? undefined : { text: 'projection', standoff: 6, font: { size: 12 } } },
  };
  if (traces.some(t => t.yaxis === 'y2')) layout.yaxis2 = { overlaying: 'y', range: [0, 1], fixedrange: true, visible: false };
  return { traces, layout, faint };
}

function thinLine(colour, opacity) {
  return { type: 'scatter', mode: 'lines', opacity, line: { color: colour, width: 1.2 }, hoverinfo: 'skip' };
}

function bars(series, column, axis, reading, from, to, colour) {
  const x = [], y = [];
  for (const t of inView(series, from, to)) {
    const value = mean(numbers(t, column, axis), reading);
    if (value == null) continue;
    x.push(t.turn + 0.012, t.turn + 0.988, null);
    y.push(value, value, null);
  }
  return { type: 'scatter', mode: 'lines', x, y, line: { color: colour, width: 5 }, hoverinfo: 'skip' };
}

// One standard deviation of the seeds' means on both sides of their mean.
function band(series, column, axis, reading, from, to, colour) {
  const x = [], y = [];
  for (const t of inView(series, from, to)) {
    const entry = numbers(t, column, axis);
    if (!(entry?.[0] > 1)) continue;
    const middle = mean(entry, reading), half = spread(entry, reading), [x0, x1] = [t.turn + 0.012, t.turn + 0.988];
    x.push(x0, x1, x1, x0, x0, null);
    y.push(middle - half, middle - half, middle + half, middle + half, middle - half, null);
  }
  return { type: 'scatter', mode: 'lines', x, y, fill: 'toself', fillcolor: colour, opacity: 0.22, line: { width: 0, color: colour }, hoverinfo: 'skip', name: 'spread' };
}

function* inView(series, from, to) {
  for (let i = Math.max(0, Math.floor(from)); i < Math.min(series.turns.length, Math.ceil(to)); i++)
    if (series.turns[i]) yield series.turns[i];
}

// The scale without a zoom: everything the series has shown of this axis and reading, and what the axis is labelled with.
export function scale(series, axis, reading) {
  const values = [...axis.spread, ...axis.roles.map(r => r.value), ...(series.range(axis.key, reading) ?? [])];
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [-1, 1];
  const size = high - low || 1;
  // Below, room for a line of text.
  return [low - size * 0.12, high + size * 0.04];
}

// Each turn keeps the lines it was answered under; the rest shows what the next one will get. A floor is {value, percentile, acts}: whether
// the cap acts at the block that is shown.
function floors(series, axis, all, next, turns, traces, annotations, ink, narrow) {
  if (!axis.floors) return;
  const keys = new Map();
  for (const column of all) {
    const segments = [];
    for (let i = 0; i < turns; i++) {
      const floor = series.turns[i] ? series.turns[i].columns[column]?.floor : next.find(c => c.column === column)?.floor;
      if (!floor) continue;
      const previous = segments.at(-1);
      if (previous && previous.value === floor.value && previous.acts === floor.acts && previous.end === i) previous.end = i + 1;
      else segments.push({ ...floor, start: i, end: i + 1 });
    }
    if (segments.length === 0) continue;
    const x = [], y = [];
    for (const s of segments) {
      x.push(s.start, s.end, null);
      y.push(s.value, s.value, null);
      if (segments.length > 1 && segments.length < 12)
        annotations.push(label(`p${s.percentile}`, ink[column], { xref: 'x', yref: 'y', x: s.start, y: s.value, xanchor: 'left', yanchor: 'bottom', xshift: 4 }));
    }
    traces.push({ type: 'scatter', mode: 'lines', x, y, line: { color: ink[column], width: 1.6, dash: '6px,5px' }, hoverinfo: 'skip', name: 'floor' });
    keys.set(column, { here: segments.every(s => s.acts), percentile: segments.length === 1 ? ` (p${segments[0].percentile})` : '' });
  }
  // The key stands above the lines, where none can cross it. Several capped columns share one, each dash in its colour.
  const [column, key] = [...keys].at(-1) ?? [];
  if (!key) return;
  const several = keys.size > 1;
  const percentile = several ? '' : key.percentile;
  const text = key.here ? `floor of the cap${several ? 's' : ''}${percentile}`
    : narrow ? `${several || !percentile ? 'percentile' : percentile.slice(2, -1)}, not capped here` : `percentile of the axis file${percentile}: block ${axis.layer} is not capped`;
  const dashes = several ? [...keys.keys()].map(column => `<span style="color:${ink[column]}">╌</span>`).join('') : '╌╌';
  annotations.push(label(`${dashes} ${text}`, ink[column], { xref: 'paper', yref: 'paper', x: 1, y: 1, xanchor: 'right', yanchor: 'bottom' }));
}

// With repeats: the distance of each column's mean from the first one's, dark where it is more than the seeds' spread, grey and called noise where not.
function differences(series, axis, reading, from, to, turnPixels, traces, annotations, colours) {
  const lines = { true: { x: [], y: [] }, false: { x: [], y: [] } };
  for (const t of inView(series, from, to)) {
    const [first, ...others] = Object.keys(t.columns);
    others.forEach((column, i) => {
      const noise = t.columns[column].noise[axis]?.[readings.indexOf(reading)];
      if (noise == null) return;
      // Side by side in the turn's width.
      const x = t.turn + (i + 1) / (others.length + 1), room = turnPixels / others.length;
      const [a, b] = [first, column].map(c => mean(numbers(t, c, axis), reading)), line = lines[noise];
      line.x.push(x, x, null);
      line.y.push(a, b, null);
      // Beside its line where the turn is wide enough, else upon it.
      if (room < 90) return;
      annotations.push(label(noise ? `Δ ${whole(b - a)}: noise` : `Δ ${whole(b - a)}`, noise ? colours.ink : colours.strong,
        { xref: 'x', yref: 'y', x, y: (a + b) / 2, ...(room < 190 ? { xanchor: 'center' } : { xanchor: 'left', xshift: 6 }), bgcolor: colours.paper, borderpad: 1 }));
    });
  }
  for (const noise of [true, false])
    if (lines[noise].x.length)
      traces.push({ type: 'scatter', mode: 'lines', ...lines[noise], line: { color: noise ? colours.faint : colours.strong, width: 2, dash: noise ? 'dot' : 'solid' }, hoverinfo: 'skip', name: noise ? 'noise' : 'difference' });
}

// A dotted line where a turn was answered with other settings than the one before it.
function changes(series, traces, colours) {
  const x = [], y = [];
  for (const t of series.turns)
    if (t?.changed) { x.push(t.turn, t.turn, null); y.push(0, 1, null); }
  if (x.length) traces.push({ type: 'scatter', mode: 'lines', x, y, yaxis: 'y2', line: { color: colours.ink, width: 1, dash: 'dot' }, hoverinfo: 'skip', name: 'settings' });
}

function roles(axis, range, height, annotations, colours, narrow) {
  const pixel = value => (range[1] - value) / (range[1] - range[0]) * height;
  const taken = [], shapes = [];
  for (const role of axis.roles) {
    // The most telling come first; a label that would cover one of them is left out.
    const at = pixel(role.value);
    if (at < 0 || at > height || taken.some(other => Math.abs(other - at) < 14) || (narrow && role.name.length > 10)) continue;
    taken.push(at);
    shapes.push({ type: 'line', xref: 'paper', yref: 'y', x0: 1, x1: 1.006, y0: role.value, y1: role.value, line: { color: colours.ink, width: 1 } });
    annotations.push(label(escape(role.name), colours.ink, { xref: 'paper', yref: 'y', x: 1, y: role.value, xanchor: 'left', xshift: narrow ? 4 : 9 }));
  }
  return shapes;
}
