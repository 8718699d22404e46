// Which part of the chart is seen: zoom, pan, turns chosen by pointer or keys, and the row of turn marks below, which moves along.

import { margins } from './figure.js';

const smallest = 0.05; // turns in view at the closest

export class View {
  constructor(chart) {
    this.chart = chart;
    this.x = null;       // [from, to] in turns; null: everything, also what comes
    this.y = null;
    this.marked = null;
    this.chosen = null;
    this.touch = matchMedia('(pointer: coarse)').matches;
    this.listeners = new AbortController();
    const { frame, element } = chart, signal = this.listeners.signal;
    this.marks = frame.querySelector('.turn-marks');
    frame.addEventListener('click', e => this.button(e.target.closest?.('[data-zoom]')?.dataset.zoom), { signal });
    element.parentElement.addEventListener('keydown', e => this.key(e), { signal });
    element.addEventListener('pointerdown', e => { this.down = [e.clientX, e.clientY]; }, { signal, capture: true });
    element.addEventListener('click', e => this.click(e), { signal });
    element.addEventListener('wheel', e => this.wheel(e), { signal, passive: false });
    // A mark outside of the view that gets the focus comes into it.
    this.marks?.addEventListener('focusin', e => this.include(Number(e.target.dataset.goto)), { signal });
    this.added = new MutationObserver(() => this.label(true));
    if (this.marks) this.added.observe(this.marks.firstElementChild, { childList: true });
  }

  now(columns) {
    this.columns = columns;
    // Turns that were taken back leave nothing to look at where they were.
    if (this.x && this.x[0] >= columns) this.x = this.y = null;
    const x = this.x ?? [0, columns];
    return { x, y: this.y, touch: this.touch };
  }

  // The turn that stands out.
  get marking() {
    return this.marked ?? this.chosen;
  }

  // What was chosen is gone when its turn is: one that comes in its place is another.
  taken(turns) {
    if (this.chosen >= turns) this.chosen = null;
    if (this.marked >= turns) this.marked = null;
  }

  // After a drawing: the marks lie under their turns.
  drawn() {
    const { frame, element } = this.chart, margin = margins(element.clientWidth < 560), [from, to] = this.x ?? [0, this.columns];
    // Only where something moved: a property that is set anew costs the styles of all marks.
    const place = { '--left': margin.l + 'px', '--right': margin.r + 'px', '--turns': this.columns, '--from': from, '--span': to - from };
    for (const name in place)
      if (this.placed?.[name] !== place[name]) frame.style.setProperty(name, place[name]);
    this.placed = place;
    frame.classList.toggle('zoomed', !!(this.x || this.y));
    this.label(false);
    if (this.listening) return;
    this.listening = true;
    element.on('plotly_relayout', e => this.relayout(e));
    element.on('plotly_doubleclick', () => this.all());
  }

  // Where turns are narrow only some of them are named, each over the place of those that are not.
  label(anew) {
    if (!this.marks) return;
    const { element } = this.chart, margin = margins(element.clientWidth < 560), [from, to] = this.x ?? [0, this.columns];
    const step = this.every((element.clientWidth - margin.l - margin.r) / (to - from));
    if (!anew && step === this.step) return;
    this.step = step;
    [...this.marks.firstElementChild.children].forEach((button, i) => {
      button.style.gridColumn = `${i + 1} / span ${step}`;
      button.style.display = i % step === 0 ? '' : 'none';
    });
    this.marks.scrollLeft = 0;
  }

  // Turns from one name to the next.
  every(pixels) {
    return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find(s => s * pixels >= (this.columns > 99 ? 62 : 54)) ?? 1000;
  }

  // The marks of the turns in view, for a picture: [{x, text}].
  names() {
    const { element, series } = this.chart, margin = margins(element.clientWidth < 560), [from, to] = this.x ?? [0, this.columns];
    const step = this.every((element.clientWidth - margin.l - margin.r) / (to - from));
    return series.turns.filter(t => t && t.turn % step === 0 && t.turn + 0.5 >= from && t.turn + 0.5 <= to)
      .map(t => ({ x: t.turn + 0.5, text: `${t.changed ? '◆ ' : ''}turn ${t.turn + 1}` }));
  }

  relayout(change) {
    const get = name => {
      const pair = change[`${name}.range`] ?? [change[`${name}.range[0]`], change[`${name}.range[1]`]];
      return pair[0] == null ? null : pair.map(Number);
    };
    const x = get('xaxis'), y = get('yaxis');
    if (y) this.y = y;
    if (x) this.look(...x);
    else if (y) this.chart.schedule();
  }

  look(from, to) {
    const span = Math.min(this.columns, Math.max(smallest, to - from));
    const start = Math.max(0, Math.min(this.columns - span, from));
    this.x = span >= this.columns ? null : [start, start + span];
    this.chart.schedule();
  }

  all() {
    this.x = this.y = null;
    this.chart.schedule();
  }

  zoom(factor, at) {
    const [from, to] = this.x ?? [0, this.columns];
    // Around the turn that was chosen, or the middle of what there is to see.
    const chosen = this.chosen != null && this.chosen + 0.5 >= from && this.chosen + 0.5 <= to ? this.chosen + 0.5 : null;
    const middle = at ?? chosen ?? (from + Math.max(from, Math.min(to, this.chart.series.turns.length || to))) / 2;
    this.look(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }

  pan(part) {
    const [from, to] = this.x ?? [0, this.columns], by = (to - from) * part;
    if (this.x) this.look(from + by, to + by);
  }

  include(turn) {
    if (this.marks) this.marks.scrollLeft = 0;
    if (!this.x || (turn >= this.x[0] && turn + 1 <= this.x[1])) return;
    const span = this.x[1] - this.x[0];
    this.look(turn + 0.5 - span / 2, turn + 0.5 + span / 2);
  }

  choose(turn) {
    const last = this.chart.series.turns.length - 1;
    if (last < 0) return;
    this.chosen = Math.max(0, Math.min(last, turn));
    this.include(this.chosen);
    this.chart.goTo(this.chosen);
    this.chart.schedule();
  }

  button(kind) {
    if (kind === 'in') this.zoom(0.5);
    else if (kind === 'out') this.zoom(2);
    else if (kind === 'all') this.all();
    else if (kind === 'left') this.pan(-0.5);
    else if (kind === 'right') this.pan(0.5);
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const turns = this.chart.series.turns.length;
    const act = {
      ArrowLeft: () => (e.shiftKey ? this.pan(-0.5) : this.choose((this.chosen ?? turns) - 1)),
      ArrowRight: () => (e.shiftKey ? this.pan(0.5) : this.choose((this.chosen ?? -1) + 1)),
      Home: () => this.choose(0),
      End: () => this.choose(turns - 1),
      '+': () => this.zoom(0.5), '=': () => this.zoom(0.5), '-': () => this.zoom(2), '0': () => this.all(),
      Escape: () => { this.chosen = null; this.chart.schedule(); },
    }[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  }

  turnAt(clientX) {
    const axis = this.chart.element._fullLayout?.xaxis;
    return axis ? axis.p2l(clientX - this.chart.element.getBoundingClientRect().left - axis._offset) : -1;
  }

  click(e) {
    // The end of a drag is no click.
    if (this.down && Math.hypot(e.clientX - this.down[0], e.clientY - this.down[1]) > 5) return;
    const turn = Math.floor(this.turnAt(e.clientX));
    if (turn < 0 || turn >= this.chart.series.turns.length) return;
    this.chosen = null;
    this.chart.goTo(turn);
  }

  // With Ctrl, as maps do it; a pinch on a touchpad arrives as the same. Without, the page scrolls.
  wheel(e) {
    if (!e.ctrlKey && !e.metaKey) return;
    e.preventDefault();
    this.zoom(Math.exp(Math.max(-1, Math.min(1, e.deltaY / 100))), this.turnAt(e.clientX));
  }

  dispose() {
    this.listeners.abort();
    this.added.disconnect();
  }
}
