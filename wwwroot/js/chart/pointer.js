// The pointer over the chart: the token under it, told to the token card (`axis:point`), and a dot on the token that the card is
// about, wherever the card was opened from (`axis:token`).

import { letters } from '../points.js';

const reach = 24; // pixels

export class Pointer {
  constructor(chart) {
    this.chart = chart;
    this.dot = document.createElement('i');
    this.dot.className = 'plot-dot';
    this.dot.hidden = true;
    chart.frame.append(this.dot);
    this.listeners = new AbortController();
    const { element } = chart, signal = this.listeners.signal;
    element.addEventListener('pointermove', e => this.over(e), { signal });
    element.addEventListener('pointerleave', () => this.leave(), { signal });
    document.addEventListener('axis:token', e => { this.point = e.detail; this.place(); }, { signal });
  }

  // The nearest of the columns' tokens at this place.
  over(e) {
    const { chart } = this, box = chart.element.getBoundingClientRect(), x = e.clientX - box.left, y = e.clientY - box.top;
    const at = e.buttons ? null : chart.series.columns().map(column => chart.series.nearest(chart.view.turnAt(e.clientX), column)).filter(p => p)
      .map(point => ({ point, place: chart.pixels(point) })).filter(p => p.place && Math.abs(p.place.x - x) <= reach)
      .sort((p, q) => Math.abs(p.place.y - y) - Math.abs(q.place.y - y))[0];
    if (!at) { this.leave(); return; }
    this.inside = true;
    this.point = at.point;
    this.place();
    document.dispatchEvent(new CustomEvent('axis:point', { detail: { point: at.point, x: e.clientX, y: e.clientY + 14, around: this.around(at.point) } }));
  }

  leave() {
    if (!this.inside) return;
    this.inside = false;
    this.point = null;
    this.place();
    document.dispatchEvent(new CustomEvent('axis:point', { detail: null }));
  }

  // Some words around a token: on the chart it stands alone.
  around(point) {
    const answer = this.chart.series.answer(point.turn, point.column, point.sample);
    return answer.slice(Math.max(0, point.index - 6), point.index + 5).map(p => p.text).join('').replace(/\s+/g, ' ').trim();
  }

  // The dot stays on its token while the chart grows under it.
  place() {
    const at = this.point && this.chart.pixels(this.point);
    this.dot.hidden = !at;
    if (!at) return;
    const { element, frame } = this.chart, box = element.getBoundingClientRect(), outer = frame.getBoundingClientRect();
    this.dot.style.background = `var(--${letters[this.point.column]})`;
    this.dot.style.transform = `translate(${box.left - outer.left + at.x}px, ${box.top - outer.top + at.y}px)`;
  }

  dispose() {
    this.listeners.abort();
    this.dot.remove();
  }
}
