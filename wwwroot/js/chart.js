// The instrument over Plotly: create, extend, show, mark, resize, export. It keeps every point it has been given.

import { point as read, points } from './points.js';

const order = { read: 0, pre: 1, post: 2 };

async function plotly() {
  for (const until = Date.now() + 10_000; !window.Plotly && Date.now() < until;) await new Promise(resolve => setTimeout(resolve, 30));
  return window.Plotly;
}

// Stands where the chart would: the conversation goes on without it.
function absent(element) {
  const note = document.createElement('p');
  note.className = 'plot-note';
  note.textContent = 'The chart cannot be drawn: its script did not arrive. Load the page again.';
  element.removeAttribute('aria-hidden');
  element.replaceChildren(note);
  return { extend() {}, show() {}, dispose() { element.replaceChildren(); } };
}

export async function create(element, options) {
  const library = await plotly();
  if (!library) return absent(element);
  const chart = new Chart(library, element, document.querySelector('.conversation'), options);
  chart.draw();
  return chart;
}

class Chart {
  constructor(library, element, conversation, options) {
    Object.assign(this, { library, element, conversation, options });
    this.reading = 'read';
    this.next = null;
    this.clear();
    this.dark = matchMedia('(prefers-color-scheme: dark)');
    this.listeners = new AbortController();
    const signal = this.listeners.signal;
    this.dark.addEventListener('change', () => this.draw(), { signal });
    document.addEventListener('axis:turn', e => this.mark(e.detail), { signal });
    document.addEventListener('click', e => this.export(e.target.closest?.('[data-export]')?.dataset.export), { signal });
    this.size = new ResizeObserver(() => this.draw());
    this.size.observe(element);
    document.addEventListener('axis:token', e => this.hover(e.detail), { signal });
  }

  clear() {
    this.hovered = null;
    this.marked = null;
    points.clear();
    this.points = [[], []];   // per column: the points of the answers that are shown
    this.all = [];            // every point, the other samples' too
    this.turns = [];
    const known = [...this.options.spread, ...this.options.roles.map(r => r.value)];
    // Of each reading: what is not shown must not widen the scale.
    this.ranges = Object.fromEntries(Object.keys(order).map(name => [name, [Math.min(...known), Math.max(...known)]]));
  }

  extend(delta) {
    if (delta.reset) this.clear();
    for (const turn of delta.turns) this.turns[turn.turn] = turn;
    for (const point of delta.points.map(read)) {
      points.add(point);
      this.all.push(point);
      if (point.sample > 0) continue;
      this.points[point.column].push(point);
      // The range only grows: a scale that breathes with each token cannot be read.
      for (const [name, range] of Object.entries(this.ranges)) {
        const value = this.value(point, name);
        range[0] = Math.min(range[0], value);
        range[1] = Math.max(range[1], value);
      }
    }
    this.schedule();
  }

  // floors: per column {value, percentile, acts} of the next turn, or null.
  show(reading, floors) {
    this.reading = reading;
    this.next = floors;
    this.schedule();
  }

  mark(turn) {
    this.marked = turn;
    clearTimeout(this.unmark);
    this.unmark = setTimeout(() => { this.marked = null; this.schedule(); }, 1600);
    this.schedule();
  }

  schedule() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; this.draw(); });
  }

  value(point, reading = this.reading) {
    return point[reading];
  }

  x(point) {
    return point.turn + (point.index + 0.5) / (this.turns[point.turn]?.span ?? 1);
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const get = name => style.getPropertyValue(name).trim();
    return { columns: [get('--a'), get('--b')], ink: get('--ink-soft'), strong: get('--ink'), line: get('--line'), paper: get('--paper'), mark: get('--mark') };
  }

  lineTrace(column, colour) {
    const x = [], y = [], custom = [];
    let turn = -1;
    for (const p of this.points[column]) {
      if (p.turn !== turn && turn >= 0) { x.push(null); y.push(null); custom.push(null); }
      turn = p.turn;
      x.push(this.x(p)); y.push(this.value(p)); custom.push(p);
    }
    return {
      type: 'scatter', mode: 'lines', x, y, customdata: custom, name: 'AB'[column], opacity: 0.5,
      line: { color: colour, width: 1.2 }, hoverinfo: 'none',
    };
  }

  meanTrace(column, colour) {
    const x = [], y = [];
    for (const t of this.turns) {
      const mean = t?.columns[column].means[0]?.[order[this.reading]];
      if (mean == null) continue;
      x.push(t.turn + 0.012, t.turn + 0.988, null);
      y.push(mean, mean, null);
    }
    return { type: 'scatter', mode: 'lines', x, y, line: { color: colour, width: 5 }, hoverinfo: 'none' };
  }

  draw() {
    if (!this.element.isConnected || this.element.clientWidth === 0) return;
    const c = this.colours();
    const width = this.element.clientWidth, height = this.element.clientHeight;
    const narrow = width < 560;
    const margin = { l: narrow ? 34 : 52, r: narrow ? 66 : 92, t: 24, b: 4 };
    const columns = Math.max(narrow ? 2 : this.options.columns, this.turns.length);
    this.element.parentElement.style.setProperty('--left', margin.l + 'px');
    this.element.parentElement.style.setProperty('--right', margin.r + 'px');
    this.element.parentElement.style.setProperty('--turns', columns);
    const [low, high] = this.ranges[this.reading];
    // Below, room for a line of text.
    const range = [low - (high - low) * 0.12, high + (high - low) * 0.04];
    const shapes = [], annotations = [];
    if (this.marked != null) shapes.push({ type: 'rect', layer: 'below', xref: 'x', yref: 'paper', x0: this.marked, x1: this.marked + 1, y0: 0, y1: 1, fillcolor: c.mark, line: { width: 0 } });
    for (let i = 1; i < columns; i++) shapes.push({ type: 'line', layer: 'below', xref: 'x', yref: 'paper', x0: i, x1: i, y0: 0, y1: 1, line: { color: c.line, width: 1 } });
    this.floors(columns, shapes, annotations, c, narrow);
    this.roles(range, height - margin.t - margin.b, annotations, shapes, c, narrow);
    annotations.push(
      { xref: 'paper', yref: 'paper', x: 0, y: 1, xanchor: 'left', yanchor: 'bottom', xshift: 4, text: '▲ Assistant', showarrow: false, font: { size: 12, color: c.ink } },
      { xref: 'paper', yref: 'paper', x: 0, y: 0, xanchor: 'left', yanchor: 'bottom', xshift: 4, text: '▼ other personas', showarrow: false, font: { size: 12, color: c.ink } });
    const traces = [
      ...c.columns.map((colour, column) => this.lineTrace(column, colour)),
      ...c.columns.map((colour, column) => this.meanTrace(column, colour)),
    ];
    if (this.hovered) traces.push({
      type: 'scatter', mode: 'markers', x: [this.x(this.hovered)], y: [this.value(this.hovered)], hoverinfo: 'skip',
      marker: { size: 9, color: c.columns[this.hovered.column], line: { width: 2, color: c.paper } },
    });
    const layout = {
      width, height, margin, showlegend: false, shapes, annotations, hovermode: 'closest', dragmode: false, hoverdistance: 24,
      paper_bgcolor: 'transparent', plot_bgcolor: 'transparent',
      font: { family: 'Inter, system-ui, sans-serif', size: 12, color: c.ink },
      xaxis: { range: [0, columns], fixedrange: true, showgrid: false, zeroline: false, showticklabels: false },
      yaxis: { range, fixedrange: true, gridcolor: c.line, zeroline: false, nticks: height < 200 ? 4 : 6, tickfont: { size: 12 }, title: narrow ? undefined : { text: 'projection', standoff: 6, font: { size: 12 } } },
    };
    this.library.react(this.element, traces, layout, { displayModeBar: false, responsive: false });
    if (this.listening) return;
    this.listening = true;
    this.element.on('plotly_hover', e => this.overChart(e));
    this.element.on('plotly_unhover', () => this.overChart(null));
    this.element.addEventListener('click', e => {
      const axis = this.element._fullLayout.xaxis;
      const box = this.element.getBoundingClientRect();
      const turn = Math.floor(axis.p2d(e.clientX - box.left - axis._offset));
      if (turn >= 0 && turn < this.turns.length) this.conversation.dispatchEvent(new CustomEvent('axis:goto', { detail: turn }));
    }, { signal: this.listeners.signal });
  }

  floors(columns, shapes, annotations, c, narrow) {
    // Each turn keeps the lines it was answered under; the rest shows what the next one will get.
    const keys = [];
    for (const column of [0, 1]) {
      const segments = [], colour = c.columns[column];
      for (let i = 0; i < columns; i++) {
        const floor = this.turns[i] ? this.turns[i].columns[column].floor : this.next?.[column];
        if (!floor) continue;
        const last = segments.at(-1);
        if (last && last.value === floor.value && last.acts === floor.acts && last.end === i) last.end = i + 1;
        else segments.push({ ...floor, start: i, end: i + 1 });
      }
      for (const s of segments) {
        shapes.push({ type: 'line', xref: 'x', yref: 'y', x0: s.start, x1: s.end, y0: s.value, y1: s.value, line: { color: colour, width: 1.6, dash: '6px,5px' } });
        if (segments.length > 1) annotations.push({ xref: 'x', yref: 'y', x: s.start, y: s.value, xanchor: 'left', yanchor: 'bottom', xshift: 4, text: `p${s.percentile}`, showarrow: false, font: { size: 12, color: colour } });
      }
      if (segments.length) keys.push({ colour, acts: segments[0].acts, percentile: segments.length === 1 ? ` (p${segments[0].percentile})` : '' });
    }
    // The key stands above the lines, where none can cross it.
    const text = k => k.acts ? `floor of the cap${k.percentile}` : narrow ? `percentile${k.percentile}, not capped here` : `percentile of the axis file${k.percentile}: block ${this.options.layer} is not capped`;
    if (keys.length) annotations.push({ xref: 'paper', yref: 'paper', x: 1, y: 1, xanchor: 'right', yanchor: 'bottom', text: keys.map(k => `<span style="color:${k.colour}">╌╌ ${text(k)}</span>`).join(' &nbsp; '), showarrow: false, font: { size: 12 } });
  }

  roles(range, height, annotations, shapes, c, narrow) {
    const pixel = value => (range[1] - value) / (range[1] - range[0]) * height;
    const taken = [];
    for (const role of this.options.roles) {
      // The most telling come first; a label that would cover one of them is left out.
      const at = pixel(role.value);
      if (taken.some(other => Math.abs(other - at) < 14) || (narrow && role.name.length > 10)) continue;
      taken.push(at);
      shapes.push({ type: 'line', xref: 'paper', yref: 'y', x0: 1, x1: 1.006, y0: role.value, y1: role.value, line: { color: c.ink, width: 1 } });
      annotations.push({ xref: 'paper', yref: 'y', x: 1, y: role.value, xanchor: 'left', xshift: narrow ? 4 : 9, text: role.name, showarrow: false, font: { size: 12, color: c.ink } });
    }
  }

  // Hovering the chart lights the token in the text, and the other way round; the token card says the numbers in both cases.
  overChart(event) {
    const point = event?.points.map(p => p.customdata).find(p => p?.turn !== undefined) ?? null;
    this.hover(point);
    document.dispatchEvent(new CustomEvent('axis:point', { detail: point && { point, x: event.event.clientX, y: event.event.clientY + 14 } }));
  }

  hover(point) {
    if (this.hovered === point) return;
    this.hovered = point;
    this.schedule();
  }

  async export(kind) {
    if (kind === 'png') {
      // A picture stands on any ground: it takes the page's along.
      const { paper } = this.colours();
      const figure = { data: this.element.data, layout: { ...this.element.layout, paper_bgcolor: paper, plot_bgcolor: paper } };
      const url = await this.library.toImage(figure, { format: 'png', scale: 2, width: this.element.clientWidth, height: this.element.clientHeight });
      this.save(url, 'trajectory.png');
    } else if (kind === 'csv') {
      const cell = v => /[",\n\r]/.test(v) ? `"${String(v).replaceAll('"', '""')}"` : v;
      const lines = this.all.map(p => [p.turn + 1, 'AB'[p.column], p.sample + 1, p.index, p.id, cell(p.text), p.pre, p.post, p.read, p.touched ? 1 : 0, p.lifted, p.kl ?? '', cell(p.plain ?? '')].join(','));
      const url = URL.createObjectURL(new Blob([['turn,column,sample,token,id,text,pre,post,read,lifted_here,lifted_blocks,kl,plain_choice', ...lines].join('\n') + '\n'], { type: 'text/csv' }));
      this.save(url, 'trajectory.csv');
      URL.revokeObjectURL(url);
    }
  }

  save(url, name) {
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
  }

  dispose() {
    this.listeners.abort();
    this.size.disconnect();
    this.library.purge(this.element);
  }
}
