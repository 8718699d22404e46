// The instrument over Plotly: create, extend, show, mark, resize, export. It keeps every point it has been given.

const standard = 0, capped = 1;
const order = { read: 1, pre: 2, post: 3 };
const signed = v => (v < 0 ? '−' : '+') + Math.abs(v).toFixed(1);

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
    this.tip = document.createElement('div');
    this.tip.className = 'token-tip';
    document.body.append(this.tip);
    this.clear();
    this.dark = matchMedia('(prefers-color-scheme: dark)');
    this.listeners = new AbortController();
    const signal = this.listeners.signal;
    this.dark.addEventListener('change', () => this.draw(), { signal });
    document.addEventListener('axis:turn', e => this.mark(e.detail), { signal });
    document.addEventListener('click', e => this.export(e.target.closest?.('[data-export]')?.dataset.export), { signal });
    this.size = new ResizeObserver(() => this.draw());
    this.size.observe(element);
    conversation.addEventListener('mouseover', e => this.overToken(e.target.closest?.('[data-i]')), { signal });
    conversation.addEventListener('mouseleave', () => this.overToken(null), { signal });
    conversation.addEventListener('scroll', () => this.overToken(null), { signal, passive: true });
  }

  clear() {
    this.hovered = null;
    this.marked = null;
    this.tip.hidden = true;
    this.points = [[], []];   // per variant: arrays of [turn, variant, index, text, pre, post, read, touched, lifted]
    this.byToken = new Map();
    this.turns = [];
    const known = [...this.options.spread, ...this.options.roles.map(r => r.value)];
    // Of each reading: what is not shown must not widen the scale.
    this.ranges = Object.fromEntries(Object.keys(order).map(name => [name, [Math.min(...known), Math.max(...known)]]));
  }

  extend(delta) {
    if (delta.reset) this.clear();
    for (const turn of delta.turns) this.turns[turn.turn] = turn;
    for (const point of delta.points) {
      this.points[point[1]].push(point);
      this.byToken.set(`${point[0]}-${point[1]}-${point[2]}`, point);
      // The range only grows: a scale that breathes with each token cannot be read.
      for (const [name, range] of Object.entries(this.ranges)) {
        const value = this.value(point, name);
        range[0] = Math.min(range[0], value);
        range[1] = Math.max(range[1], value);
      }
    }
    this.schedule();
  }

  show(reading, floor, percentile) {
    this.reading = reading;
    this.next = { floor, percentile };
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
    return point[1] === standard ? point[4] : { read: point[6], pre: point[4], post: point[5] }[reading];
  }

  x(point) {
    return point[0] + (point[2] + 0.5) / (this.turns[point[0]]?.span ?? 1);
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const get = name => style.getPropertyValue(name).trim();
    return { standard: get('--standard'), capped: get('--capped'), ink: get('--ink-soft'), strong: get('--ink'), line: get('--line'), paper: get('--paper'), mark: get('--mark') };
  }

  lineTrace(variant, colour) {
    const x = [], y = [], custom = [], name = variant === standard ? 'standard' : 'capped';
    let turn = -1;
    for (const p of this.points[variant]) {
      if (p[0] !== turn && turn >= 0) { x.push(null); y.push(null); custom.push(null); }
      turn = p[0];
      x.push(this.x(p)); y.push(this.value(p)); custom.push(p);
    }
    return {
      type: 'scatter', mode: 'lines', x, y, customdata: custom, name, opacity: 0.5,
      line: { color: colour, width: 1.2 }, hoverinfo: 'none',
    };
  }

  meanTrace(variant, colour) {
    const x = [], y = [];
    const which = variant === standard ? 0 : order[this.reading];
    for (const t of this.turns) {
      if (!t || t.means[which] == null) continue;
      x.push(t.turn + 0.012, t.turn + 0.988, null);
      y.push(t.means[which], t.means[which], null);
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
      this.lineTrace(standard, c.standard), this.lineTrace(capped, c.capped),
      this.meanTrace(standard, c.standard), this.meanTrace(capped, c.capped),
    ];
    if (this.hovered) traces.push({
      type: 'scatter', mode: 'markers', x: [this.x(this.hovered)], y: [this.value(this.hovered)], hoverinfo: 'skip',
      marker: { size: 9, color: this.hovered[1] === standard ? c.standard : c.capped, line: { width: 2, color: c.paper } },
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
    this.element.on('plotly_unhover', () => this.lightToken(null));
    this.element.addEventListener('click', e => {
      const axis = this.element._fullLayout.xaxis;
      const box = this.element.getBoundingClientRect();
      const turn = Math.floor(axis.p2d(e.clientX - box.left - axis._offset));
      if (turn >= 0 && turn < this.turns.length) this.conversation.dispatchEvent(new CustomEvent('axis:goto', { detail: turn }));
    }, { signal: this.listeners.signal });
  }

  floors(columns, shapes, annotations, c, narrow) {
    // Each turn keeps the line it was answered under; the rest shows what the next one will get.
    const segments = [];
    for (let i = 0; i < columns; i++) {
      const t = this.turns[i] ?? (this.next && { floor: this.next.floor, percentile: this.next.percentile });
      if (!t || t.floor == null) continue;
      const last = segments.at(-1);
      if (last && last.floor === t.floor && last.end === i) last.end = i + 1;
      else segments.push({ start: i, end: i + 1, floor: t.floor, percentile: t.percentile });
    }
    for (const s of segments) {
      shapes.push({ type: 'line', xref: 'x', yref: 'y', x0: s.start, x1: s.end, y0: s.floor, y1: s.floor, line: { color: c.capped, width: 1.6, dash: '6px,5px' } });
      if (segments.length > 1) annotations.push({ xref: 'x', yref: 'y', x: s.start, y: s.floor, xanchor: 'left', yanchor: 'bottom', xshift: 4, text: `p${s.percentile}`, showarrow: false, font: { size: 12, color: c.capped } });
    }
    // The key stands above the lines, where none can cross it.
    const percentile = segments.length === 1 ? ` (p${segments[0].percentile})` : '';
    const text = this.options.capsDisplayLayer
      ? `floor of the cap${percentile}`
      : narrow ? `percentile${percentile}, not capped here` : `percentile of the axis file${percentile}: block ${this.options.layer} is not capped`;
    if (segments.length) annotations.push({ xref: 'paper', yref: 'paper', x: 1, y: 1, xanchor: 'right', yanchor: 'bottom', text: `╌╌ ${text}`, showarrow: false, font: { size: 12, color: c.capped } });
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

  // Hovering the chart lights the token in the text, and the other way round; one card says the numbers in both cases.
  overChart(event) {
    const point = event.points.map(p => p.customdata).find(Array.isArray);
    if (!point) return;
    const token = this.lightToken(point);
    const at = event.event;
    this.showTip(point, at.clientX, at.clientY + 14, token);
  }

  overToken(element) {
    const answer = element?.closest('[data-answer]');
    if (!answer) {
      this.lightToken(null);
      return;
    }
    const [turn, name] = answer.dataset.answer.split('-');
    const point = this.byToken.get(`${turn}-${name === 'standard' ? standard : capped}-${element.dataset.i}`);
    if (!point) return;
    this.lightToken(point);
    const box = element.getClientRects()[0] ?? element.getBoundingClientRect();
    this.showTip(point, box.left, box.bottom + 6);
  }

  lightToken(point) {
    this.conversation.querySelectorAll('.lit').forEach(e => e.classList.remove('lit'));
    if (!point) this.tip.hidden = true;
    if (this.hovered !== point) {
      this.hovered = point;
      this.schedule();
    }
    if (!point) return null;
    const name = point[1] === standard ? 'standard' : 'capped';
    const found = this.conversation.querySelectorAll(`[data-answer="${point[0]}-${name}"] [data-i="${point[2]}"]`);
    found.forEach(e => e.classList.add('lit'));
    return found[0];
  }

  showTip(point, x, y) {
    const [turn, variant, index, text, pre, post, read, touched, lifted] = point;
    const rows = variant === standard
      ? [['projection', signed(read)]]
      : [['read', signed(read)], ['before', signed(pre)], ['after', signed(post)], ['', touched ? 'lifted here' : lifted > 0 ? `lifted at ${lifted} other ${lifted === 1 ? 'block' : 'blocks'}` : 'not lifted']];
    this.tip.replaceChildren();
    const head = document.createElement('b');
    head.textContent = JSON.stringify(text).slice(1, -1) || '·';
    head.className = variant === standard ? 'standard-ink' : 'capped-ink';
    const where = document.createElement('small');
    where.textContent = `turn ${turn + 1}, token ${index + 1}`;
    this.tip.append(head, where);
    for (const [name, value] of rows) {
      const row = document.createElement('span');
      row.textContent = (name ? name + ' ' : '') + value;
      this.tip.append(row);
    }
    this.tip.hidden = false;
    const box = this.tip.getBoundingClientRect();
    this.tip.style.left = Math.max(6, Math.min(x, innerWidth - box.width - 6)) + 'px';
    this.tip.style.top = (y + box.height > innerHeight - 6 ? y - box.height - 34 : y) + 'px';
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
      const lines = this.points.flat().map(p => [p[0] + 1, p[1] === standard ? 'standard' : 'capped', p[2], cell(p[3]), p[4], p[5], p[6], p[7], p[8]].join(','));
      const url = URL.createObjectURL(new Blob([['turn,column,token,text,pre,post,read,lifted_here,lifted_blocks', ...lines].join('\n') + '\n'], { type: 'text/csv' }));
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
    this.tip.remove();
    this.library.purge(this.element);
  }
}
