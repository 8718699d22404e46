// The token card: what is known of the token under the pointer or the keyboard's focus. One listener for all tokens.
// Tells the chart (`axis:token` on the document: a point or null) and hears from it (`axis:point`: {point, x, y} or null).

import { letters, points } from './points.js';

const signed = v => (v < 0 ? '−' : '+') + Math.abs(v).toFixed(1);
const shown = text => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"') || '·';

export function start(conversation) {
  const card = document.createElement('div');
  card.className = 'token-card';
  card.id = 'token-card';
  card.setAttribute('role', 'tooltip');
  card.hidden = true;
  document.body.append(card);
  let cursor = null; // the token that the keyboard is at

  const find = token => {
    const answer = token?.closest('[data-answer]');
    if (!answer) return null;
    const [turn, column, sample] = answer.dataset.answer.split('-').map(Number);
    return points.at(turn, column, sample, Number(token.dataset.i));
  };
  const spans = p => [...conversation.querySelectorAll(`[data-answer="${p.turn}-${p.column}-${p.sample}"] [data-i="${p.index}"]`)];
  let lit = [];
  const light = p => {
    for (const e of lit) e.classList.remove('lit');
    lit = p ? spans(p) : [];
    for (const e of lit) e.classList.add('lit');
  };
  const hide = () => {
    light(null);
    card.hidden = true;
  };
  const show = (p, x, y, around) => {
    light(p);
    fill(card, p, around);
    card.hidden = false;
    const box = card.getBoundingClientRect();
    card.style.left = Math.max(6, Math.min(x, innerWidth - box.width - 6)) + 'px';
    card.style.top = (y + box.height > innerHeight - 6 ? Math.max(6, y - box.height - 34) : y) + 'px';
  };
  const tell = p => document.dispatchEvent(new CustomEvent('axis:token', { detail: p }));
  const over = token => {
    const p = find(token);
    if (!p) {
      if (!card.hidden) { hide(); tell(null); }
      return;
    }
    const box = token.getClientRects()[0] ?? token.getBoundingClientRect();
    show(p, box.left, box.bottom + 6);
    tell(p);
  };

  conversation.addEventListener('mouseover', e => over(e.target.closest?.('[data-i]')));
  conversation.addEventListener('mouseleave', () => over(null));
  conversation.addEventListener('scroll', () => { if (!document.activeElement?.matches?.('.text')) over(null); }, { passive: true });
  document.addEventListener('axis:point', e => {
    if (!e.detail) { hide(); return; }
    show(e.detail.point, e.detail.x, e.detail.y, e.detail.around);
  });

  // An answer's text can be focused; the arrow keys go from token to token in it.
  conversation.addEventListener('keydown', e => {
    const text = e.target.closest?.('.text');
    if (!text || e.target !== text || e.altKey || e.ctrlKey || e.metaKey) return;
    const tokens = [...text.querySelectorAll('[data-i]')];
    if (e.key === 'Escape') { cursor = null; over(null); return; }
    const at = tokens.indexOf(cursor);
    const next = { ArrowRight: at + 1, ArrowLeft: at < 0 ? tokens.length - 1 : at - 1, Home: 0, End: tokens.length - 1 }[e.key];
    if (next === undefined || !tokens[next]) return;
    e.preventDefault();
    cursor = tokens[next];
    cursor.scrollIntoView({ block: 'nearest' });
    over(cursor);
    text.setAttribute('aria-describedby', card.id);
  });
  conversation.addEventListener('focusout', e => {
    if (!e.target.matches?.('.text')) return;
    cursor = null;
    e.target.removeAttribute('aria-describedby');
    over(null);
  });
}

// `around`: some words around the token, for where it is not seen in its text.
function fill(card, p, around) {
  const head = document.createElement('b');
  head.textContent = shown(p.text);
  head.className = `${letters[p.column]}-ink`;
  card.replaceChildren(head);
  const row = (name, value) => {
    const line = document.createElement('span');
    const label = document.createElement('i');
    label.textContent = name;
    line.append(label, ' ', value);
    card.append(line);
  };
  // Only a column that changes the model's inside has more than one reading.
  if (p.kl == null) row('projection', signed(p.read));
  else {
    row('read', signed(p.read));
    row('before', signed(p.pre));
    row('after', signed(p.post));
    if (document.querySelector(`[data-answer^="${p.turn}-${p.column}-"][data-capped]`)) row('cap', p.touched ? 'lifted here' : p.lifted > 0 ? `lifted at ${p.lifted} other ${p.lifted === 1 ? 'block' : 'blocks'}` : 'not lifted');
    row('KL to plain', `${p.kl.toFixed(3)} nats`);
    row('plain says', p.plain == null ? '·' : p.plain === p.text ? 'the same' : `“${shown(p.plain)}”`);
  }
  if (around) card.append(Object.assign(document.createElement('q'), { textContent: around }));
  const where = document.createElement('small');
  where.textContent = `turn ${p.turn + 1}, token ${p.index + 1}${p.sample > 0 ? `, seed ${p.sample + 1} of 4` : ''}`;
  card.append(where);
}
