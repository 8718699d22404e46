// The layer view: a heat map of block x token on a canvas. The window of tokens that is seen is drawn, whatever an answer's length.

import { save } from './files.js';

const cell = { width: 12, height: 13 }, gutter = { left: 34, top: 18, right: 8, bottom: 22 };
const signed = v => (v < 0 ? '−' : '+') + Math.abs(v).toFixed(1);
const show = text => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"') || '·';

export function create(element) {
  return new LayerMap(element);
}

class LayerMap {
  constructor(element) {
    this.scroll = element.querySelector('.map-scroll');
    this.space = element.querySelector('.map-space');
    this.canvas = element.querySelector('canvas');
    this.value = element.querySelector('.map-value');
    this.key = element.querySelector('.map-key');
    this.map = null;
    this.at = null;
    this.kind = 'read';
    this.listeners = new AbortController();
    const signal = this.listeners.signal;
    this.scroll.addEventListener('scroll', () => this.schedule(), { signal, passive: true });
    this.scroll.addEventListener('pointermove', e => this.point(this.under(e)), { signal });
    this.scroll.addEventListener('pointerdown', e => this.point(this.under(e)), { signal });
    this.scroll.addEventListener('keydown', e => this.press(e), { signal });
    element.querySelector('[data-layer-png]').addEventListener('click', () => this.picture(), { signal });
    document.addEventListener('axis:theme', () => this.schedule(), { signal });
    this.theme = new MutationObserver(() => this.schedule());
    this.theme.observe(document.documentElement, { attributes: true });
    this.size = new ResizeObserver(() => this.schedule());
    this.size.observe(this.scroll);
  }

  // map: {layers, tokens, middle, spread, display, changed, title}; bytes: int16 little endian, tenths, kind by kind, row by row.
  show(map, bytes) {
    this.map = map;
    const values = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const size = map.layers.length * map.tokens.length, part = i => values.subarray(i * size, (i + 1) * size);
    this.values = map.changed ? { read: part(0), pre: part(1), post: part(2) } : { read: part(0), pre: part(0), post: part(0) };
    this.most = 0;
    for (let i = 0; i < size; i++) this.most = Math.max(this.most, Math.abs(this.values.post[i] - this.values.pre[i]) / 10);
    this.at = null;
    this.scroll.scrollLeft = 0;
    this.value.textContent = '';
    this.schedule();
  }

  choose(kind) {
    this.kind = kind;
    if (this.at) this.tell();
    this.schedule();
  }

  schedule() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; if (this.map) this.draw(); });
  }

  number(kind, row, token) {
    const i = row * this.map.tokens.length + token;
    return (kind === 'moved' ? this.values.post[i] - this.values.pre[i] : this.values[kind][i]) / 10;
  }

  // -1..1: distance from the block's middle in units of its spread, since blocks differ in scale; moved: part of the largest move.
  level(row, token) {
    const value = this.number(this.kind, row, token);
    const level = this.kind === 'moved' ? (this.most ? value / this.most : 0) : (value - this.map.middle[row]) / (this.map.spread[row] || 1) / 1.5;
    return Math.max(-1, Math.min(1, level));
  }

  colours() {
    const style = getComputedStyle(document.documentElement), get = name => style.getPropertyValue(name).trim();
    return { below: get('--tint-below'), above: get('--tint-above'), ink: get('--ink'), soft: get('--ink-soft'), paper: get('--paper'), line: get('--line'), mark: get('--mark') };
  }

  draw() {
    const { tokens, layers } = this.map, inside = Math.max(60, this.scroll.clientWidth - gutter.left - gutter.right);
    // A short answer fills the width, a long one is scrolled.
    this.width = Math.max(cell.width, Math.min(40, inside / tokens.length));
    const whole = this.width * tokens.length;
    this.space.style.width = gutter.left + whole + gutter.right + 'px';
    const width = this.scroll.clientWidth, height = gutter.top + layers.length * cell.height + gutter.bottom;
    const scale = devicePixelRatio || 1;
    Object.assign(this.canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    Object.assign(this.canvas.style, { width: width + 'px', height: height + 'px' });
    const paint = this.canvas.getContext('2d');
    paint.scale(scale, scale);
    this.paint(paint, width, this.width, this.scroll.scrollLeft);
    const c = this.colours();
    const bar = `linear-gradient(to right, rgb(${c.below}), ${c.paper}, rgb(${c.above}))`;
    const ends = this.kind === 'moved' ? [signed(-this.most), '0', signed(this.most)] : ['other personas', 'median', 'Assistant'];
    const [low, middle, high] = ends.map(text => Object.assign(document.createElement('span'), { textContent: text }));
    const strip = document.createElement('i');
    strip.style.background = bar;
    this.key.replaceChildren(low, middle, high, strip);
  }

  paint(paint, width, size, from) {
    const { tokens, layers } = this.map, c = this.colours(), top = row => gutter.top + (layers.length - 1 - row) * cell.height;
    paint.fillStyle = c.paper;
    paint.fillRect(0, 0, width, gutter.top + layers.length * cell.height + gutter.bottom);
    const first = Math.max(0, Math.floor(from / size)), last = Math.min(tokens.length, Math.ceil((from + width - gutter.left) / size));
    const x = token => gutter.left + token * size - from;
    for (let row = 0; row < layers.length; row++)
      for (let token = first; token < last; token++) {
        const level = this.level(row, token);
        paint.fillStyle = `rgba(${level < 0 ? c.below : c.above}, ${Math.abs(level).toFixed(3)})`;
        paint.fillRect(x(token), top(row), Math.max(1, size - (size > 5 ? 1 : 0)), cell.height - 1);
      }
    paint.font = '12px Inter, system-ui, sans-serif';
    // The text below, as far as it has room: a word is written where the one before it has ended.
    paint.fillStyle = c.soft;
    let free = gutter.left;
    for (let token = first; token < last; token++) {
      const text = tokens[token].trim();
      if (!text || x(token) < free) continue;
      const room = paint.measureText(text).width;
      if (x(token) + room > width - 2) break;
      paint.fillText(text, x(token), gutter.top + layers.length * cell.height + 15);
      free = x(token) + room + 6;
    }
    paint.fillStyle = c.paper;
    paint.fillRect(0, 0, gutter.left, gutter.top + layers.length * cell.height + gutter.bottom);
    paint.fillStyle = c.soft;
    paint.fillText('block', 2, 12);
    paint.textAlign = 'right';
    layers.forEach((layer, row) => {
      const shown = layer === this.map.display;
      if (!shown && layer % 5 !== 0) return;
      // The block that the chart shows wins its neighbours' place.
      if (!shown && Math.abs(layer - this.map.display) === 1) return;
      paint.fillStyle = shown ? c.ink : c.soft;
      paint.font = `${shown ? 600 : 400} 12px Inter, system-ui, sans-serif`;
      paint.fillText(layer, gutter.left - 8, top(row) + cell.height - 2);
    });
    paint.textAlign = 'left';
    // A line at the blocks where something acts.
    paint.fillStyle = c.ink;
    layers.forEach((layer, row) => { if (this.map.acts.includes(layer)) paint.fillRect(gutter.left - 4, top(row), 2, cell.height); });
    if (!this.at) return;
    paint.strokeStyle = c.ink;
    paint.lineWidth = 2;
    if (x(this.at.token) + size > gutter.left) paint.strokeRect(x(this.at.token) - 1, top(this.at.row) - 1, size + 1, cell.height + 1);
  }

  under(e) {
    const box = this.canvas.getBoundingClientRect(), { tokens, layers } = this.map ?? { tokens: [], layers: [] };
    const x = e.clientX - box.left - gutter.left, token = Math.floor((x + this.scroll.scrollLeft) / this.width);
    const row = layers.length - 1 - Math.floor((e.clientY - box.top - gutter.top) / cell.height);
    return x >= 0 && tokens[token] !== undefined && layers[row] !== undefined ? { row, token } : null;
  }

  point(at) {
    if (!at || (at.row === this.at?.row && at.token === this.at?.token)) return;
    this.at = at;
    this.tell();
    this.schedule();
  }

  tell() {
    const { row, token } = this.at, { layers, tokens, changed } = this.map;
    const moved = this.number('moved', row, token);
    const numbers = changed
      ? ['read', 'pre', 'post'].map((kind, i) => `${['read', 'before', 'after'][i]} ${signed(this.number(kind, row, token))}`).concat(moved ? `moved ${signed(moved)}` : 'not moved')
      : [`projection ${signed(this.number('read', row, token))}`];
    this.value.textContent = `Block ${layers[row]}, token ${token + 1} “${show(tokens[token])}”: ${numbers.join(' · ')}`;
  }

  press(e) {
    if (!this.map || e.altKey || e.ctrlKey || e.metaKey) return;
    const { tokens, layers } = this.map, at = this.at ?? { row: layers.indexOf(this.map.display), token: 0 };
    const [rows, columns] = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, this.at ? 1 : 0], ArrowLeft: [0, -1], Home: [0, -tokens.length], End: [0, tokens.length], PageUp: [5, 0], PageDown: [-5, 0] }[e.key] ?? [];
    if (rows === undefined) return;
    e.preventDefault();
    const within = (v, n) => Math.max(0, Math.min(n - 1, v));
    const next = { row: within(at.row + rows, layers.length), token: within(at.token + columns, tokens.length) };
    const left = next.token * this.width, seen = this.scroll.clientWidth - gutter.left;
    if (left < this.scroll.scrollLeft) this.scroll.scrollLeft = left;
    else if (left + this.width > this.scroll.scrollLeft + seen) this.scroll.scrollLeft = left + this.width - seen;
    this.at = next;
    this.tell();
    this.schedule();
  }

  // The whole answer, also what is scrolled away; a browser draws no canvas much wider than this.
  async picture() {
    if (!this.map) return;
    const { tokens, layers, title } = this.map, size = Math.max(1, Math.min(this.width, 7600 / tokens.length));
    const canvas = document.createElement('canvas'), scale = 2, head = 22;
    const width = Math.max(420, gutter.left + size * tokens.length + gutter.right), height = head + gutter.top + layers.length * cell.height + gutter.bottom;
    Object.assign(canvas, { width: Math.round(width * scale), height: height * scale });
    const paint = canvas.getContext('2d'), c = this.colours();
    paint.scale(scale, scale);
    paint.fillStyle = c.paper;
    paint.fillRect(0, 0, width, height);
    paint.fillStyle = c.ink;
    paint.font = '600 13px Inter, system-ui, sans-serif';
    paint.fillText(`${title} · ${this.kind}`, 4, 15);
    paint.translate(0, head);
    this.paint(paint, width, size, 0);
    save(await new Promise(done => canvas.toBlob(done, 'image/png')), 'layers.png');
  }

  dispose() {
    this.listeners.abort();
    this.theme.disconnect();
    this.size.disconnect();
  }
}
