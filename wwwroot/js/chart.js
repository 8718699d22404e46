// The instrument over Plotly: create, extend, show, dispose. It keeps every point it has been given.

import { letters, point, points } from './points.js';
import { Series, valueOf } from './chart/series.js';
import { escape, figure } from './chart/figure.js';
import { Pointer } from './chart/pointer.js';
import { Tail } from './chart/tail.js';
import { View } from './chart/view.js';
import { decoded, save } from './files.js';

// Drawings may take this share of a page's time while tokens come, and wait no longer than this.
const share = 1 / 8, longest = 1000;

async function plotly() {
  for (const until = Date.now() + 10_000; !window.Plotly && Date.now() < until;) await new Promise(resolve => setTimeout(resolve, 30));
  return window.Plotly;
}

// Stands where the chart would: the conversation and the table go on without it.
function absent(element) {
  const note = document.createElement('p');
  note.className = 'plot-note';
  note.textContent = 'The chart cannot be drawn: its script did not arrive. Load the page again; the table has the numbers.';
  element.removeAttribute('aria-hidden');
  element.replaceChildren(note);
  return {
    extend(delta) {
      if (delta.keep === 0) points.clear();
      delta.points.map(point).forEach(points.add);
    },
    show() {},
    dispose() { element.replaceChildren(); },
  };
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
    this.frame = element.closest('.chart');
    this.shown = { axis: options.axis, reading: 'read', columns: [] };
    this.series = new Series();
    this.view = new View(this);
    this.pointer = new Pointer(this);
    this.tail = new Tail(this);
    this.dark = matchMedia('(prefers-color-scheme: dark)');
    this.listeners = new AbortController();
    const signal = this.listeners.signal;
    this.dark.addEventListener('change', () => this.draw(), { signal });
    // A theme that is chosen on the page is an attribute of its root.
    this.theme = new MutationObserver(() => this.draw());
    this.theme.observe(document.documentElement, { attributes: true });
    document.addEventListener('axis:turn', e => this.mark(e.detail), { signal });
    this.frame.addEventListener('click', e => e.target.closest?.('[data-picture]') && this.picture(), { signal });
    this.size = new ResizeObserver(() => this.draw());
    this.size.observe(element);
  }

  extend(delta) {
    const fresh = delta.points.map(point), { turns, all } = this.series;
    const grows = this.cost && delta.keep === all.length && delta.count === turns.length && delta.turns.every(t => t.span === turns[t.turn]?.span);
    // Where nothing is kept another conversation may have come.
    this.view.taken(delta.keep === 0 && all.length > 0 ? 0 : delta.count);
    if (delta.keep < this.series.all.length) {
      this.pointer.leave();
      points.clear();
      this.series.all.slice(0, delta.keep).forEach(points.add);
    }
    fresh.forEach(points.add);
    this.series.extend(delta, fresh);
    // A page that nobody sees is drawn when it is seen.
    if (grows && !document.hidden && this.tail.grow(fresh)) this.later();
    else this.schedule();
  }

  // What is drawn from now on: {axis, reading, columns}: an axis with what it is labelled with, and the columns as the next turn will
  // have them, [{column, name, floor}].
  show(shown) {
    if (shown.axis.key !== this.shown.axis.key || shown.reading !== this.shown.reading) this.view.y = null;
    this.shown = shown;
    this.schedule();
  }

  mark(turn) {
    this.view.marked = turn;
    clearTimeout(this.unmark);
    this.unmark = setTimeout(() => { this.view.marked = null; this.schedule(); }, 1600);
    this.schedule();
  }

  goTo(turn) {
    this.conversation.dispatchEvent(new CustomEvent('axis:goto', { detail: turn }));
  }

  schedule() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; this.draw(); });
  }

  // Draws once what has been drawn takes but a share of the time.
  later() {
    this.waiting ??= setTimeout(() => this.schedule(), Math.max(0, this.drawnAt + Math.min(longest, this.cost / share) - performance.now()));
  }

  value(point) {
    return valueOf(point, this.shown.axis.key, this.shown.reading);
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const get = name => style.getPropertyValue(name).trim();
    return {
      columns: [...letters].map(letter => get(`--${letter}`)), ink: get('--ink-soft'), strong: get('--ink'), faint: get('--line-strong'),
      line: get('--line'), paper: get('--paper'), mark: get('--mark'),
    };
  }

  // Turns the width stands for: at least as many as fit well.
  get columns() {
    return Math.max(this.element.clientWidth < 560 ? 2 : this.options.columns, this.series.turns.length);
  }

  draw() {
    if (!this.element.isConnected || this.element.clientWidth === 0) return;
    clearTimeout(this.waiting);
    this.waiting = undefined;
    const from = performance.now(), { traces, layout, faint } = this.figure();
    this.library.react(this.element, traces, layout, { displayModeBar: false, responsive: false, doubleClick: false, showTips: false });
    this.tail.clear(faint);
    this.view.drawn();
    this.pointer.place();
    this.drawnAt = performance.now();
    this.cost = this.drawnAt - from;
  }

  figure(marked = this.view.marking) {
    return figure({
      ...this.shown, series: this.series, turns: this.columns, view: this.view.now(this.columns), marked,
      width: this.element.clientWidth, height: this.element.clientHeight, colours: this.colours(),
    });
  }

  // Where a point lies on the screen, or null outside of what is drawn.
  pixels(point) {
    const { xaxis, yaxis } = this.element._fullLayout ?? {}, value = this.value(point);
    if (!xaxis || value == null) return null;
    const [x, y] = [xaxis._offset + xaxis.l2p(this.series.x(point)), yaxis._offset + yaxis.l2p(value)];
    const inside = x >= xaxis._offset && x <= xaxis._offset + xaxis._length && y >= yaxis._offset && y <= yaxis._offset + yaxis._length;
    return inside ? { x, y } : null;
  }

  async picture() {
    // A picture stands on any ground and by itself: it takes the page's paper along, and says what its lines are.
    const { traces, layout } = this.figure(null), colours = this.colours(), { axis, reading } = this.shown;
    // As the columns were called when they answered, each name once.
    const ran = column => [...new Set(this.series.turns.map(t => t?.columns[column]?.name))].filter(name => name).join(', ') || this.shown.columns.find(c => c.column === column).name;
    const drawn = this.series.turns.length ? this.series.columns() : this.shown.columns.map(c => c.column);
    const legend = `<b>${drawn.map(column => `<span style="color:${colours.columns[column]}">${escape(ran(column))}</span>`).join(' · ')}</b>`
      + ` · ${escape(axis.name)}, block ${axis.layer} · ${reading}`;
    layout.annotations.push({ xref: 'paper', yref: 'paper', x: 0, y: 1, xanchor: 'left', yanchor: 'bottom', yshift: 20, text: legend, showarrow: false, font: { size: 13, color: colours.strong } });
    layout.annotations.push(...this.view.names().map(({ x, text }) => (
      { xref: 'x', yref: 'paper', x, y: 0, xanchor: 'center', yanchor: 'top', yshift: -3, text, showarrow: false, font: { size: 12, color: colours.ink } })));
    Object.assign(layout, { paper_bgcolor: colours.paper, plot_bgcolor: colours.paper, height: layout.height + 44, margin: { ...layout.margin, t: layout.margin.t + 22, b: 26 } });
    const url = await this.library.toImage({ data: traces, layout }, { format: 'png', scale: 2, width: layout.width, height: layout.height });
    save(decoded(url), 'trajectory.png');
  }

  dispose() {
    clearTimeout(this.waiting);
    this.listeners.abort();
    this.theme.disconnect();
    this.size.disconnect();
    this.view.dispose();
    this.pointer.dispose();
    this.tail.dispose();
    this.library.purge(this.element);
  }
}
