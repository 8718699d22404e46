// Scrolling and the Enter key: what a page on the server cannot do itself.

import { start as guide } from './guide.js';
import { start as tokens } from './tokens.js';

export function start(conversation) {
  tokens(conversation);
  guide();
  // Follow the newest text, as long as the reader has not scrolled away from it.
  let follow = true;
  const atEnd = () => conversation.scrollHeight - conversation.scrollTop - conversation.clientHeight < 48;
  conversation.addEventListener('scroll', () => { follow = atEnd(); }, { passive: true });
  const toEnd = () => { if (follow && conversation.querySelector('.turn')) conversation.scrollTop = conversation.scrollHeight; };
  // Once a frame: to look where the end is makes the browser lay the page out.
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; toEnd(); });
  };
  new MutationObserver(soon).observe(conversation, { childList: true, subtree: true, characterData: true });
  toEnd();

  // Going to a turn stops following, else the next token would pull the reader away.
  document.addEventListener('click', e => {
    const target = e.target.closest?.('[data-goto]');
    if (target) { follow = false; goTo(Number(target.dataset.goto)); }
  });
  conversation.addEventListener('axis:goto', e => { follow = false; goTo(e.detail); });

  // Whoever asks something wants to see the answer.
  document.addEventListener('submit', () => { follow = true; });
  document.addEventListener('click', e => { if (e.target.closest?.('.pill, .cards button')) follow = true; });

  const box = document.querySelector('[data-submit-on-enter]');
  box?.addEventListener('keydown', e => {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    // The server hears of the text before it hears of the sending.
    box.dispatchEvent(new Event('change', { bubbles: true }));
    box.form.requestSubmit();
  });
}

export function goTo(turn) {
  const element = document.getElementById(`turn-${turn}`);
  if (!element) return;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' });
  element.classList.remove('found');
  void element.offsetWidth; // restarts the animation
  element.classList.add('found');
  document.dispatchEvent(new CustomEvent('axis:turn', { detail: turn }));
}
