// New tokens over the drawn chart. Plotly draws everything anew, which takes a browser tens of milliseconds: until it does, the lines
// grow here, and a token costs one line.

import { letters } from '../points.js';

const space = 'http://www.w3.org/2000/svg';

export class Tail {
  constructor(chart) {
    this.chart = chart;
    this.svg = document.createElementNS(space, 'svg');
    this.svg.setAttribute('class', 'plot-tail');
    this.paths = new Map();
  }

  // Adds tokens that follow the drawn ones. False where a drawing is needed: a value lies outside of the scale.
  grow(points) {
    const { chart } = this, { yaxis } = chart.element._fullLayout ?? {};
    if (!yaxis) return false;
    const outside = value => value < yaxis.range[0] || value > yaxis.range[1];
    // A scale that the visitor has chosen stays as it is.
    if (!chart.view.y && points.some(p => outside(chart.value(p)))) return false;
    for (const point of points) {
      const before = chart.series.answer(point.turn, point.column, point.sample)[point.index - 1];
      const from = before && chart.pixels(before), to = chart.pixels(point);
      if (from && to) this.path(point).line += `M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${to.x.toFixed(1)} ${to.y.toFixed(1)}`;
    }
    for (const { element, line } of this.paths.values()) if (line) element.setAttribute('d', line);
    if (!this.svg.isConnected) chart.element.append(this.svg);
    return true;
  }

  path({ column, sample }) {
    const key = `${column}/${sample}`;
    if (!this.paths.has(key)) {
      const element = document.createElementNS(space, 'path');
      element.setAttribute('class', `col-${letters[column]}${sample ? ' other' : ''}`);
      this.svg.append(element);
      this.paths.set(key, { element, line: '' });
    }
    return this.paths.get(key);
  }

  // All of it has been drawn, with lines of this opacity.
  clear(faint) {
    this.svg.style.setProperty('--faint', faint);
    for (const path of this.paths.values()) {
      path.line = '';
      path.element.removeAttribute('d');
    }
  }

  dispose() {
    this.svg.remove();
  }
}
