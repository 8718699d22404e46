// Scrolling and the Enter key: what a page on the server cannot do itself.

import { shared, start as guide } from './guide.js';
import { start as tokens } from './tokens.js';

export function start(conversation) {
  tokens(conversation);
  guide();
  sheet(document.getElementById('controls'));
  // Follow the newest text until the reader goes up from it; that more of it has come since is no reason to stop.
  const page = conversation.closest('.page');
  // A conversation that somebody shared is read from its beginning.
  let follow = !shared(), top = 0, talked = false;
  const scroller = () => (getComputedStyle(conversation).overflowY === 'visible' ? page : conversation);
  const scrolled = () => {
    const it = scroller(), atEnd = it.scrollHeight - it.scrollTop - it.clientHeight < 48;
    follow = atEnd || (follow && it.scrollTop >= top - 1);
    top = it.scrollTop;
  };
  for (const element of [page, conversation]) element.addEventListener('scroll', scrolled, { passive: true });
  const toEnd = () => {
    const it = scroller(), was = talked;
    talked = conversation.querySelector('.turn') !== null;
    if (talked && follow) it.scrollTop = it.scrollHeight;
    // Cleared: the page begins at its beginning.
    else if (was && !talked) it.scrollTop = 0;
  };
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

  // The same in a message that is edited; Escape leaves it as it was.
  conversation.addEventListener('keydown', e => {
    const edit = e.target.closest?.('.editing');
    if (!edit || e.target.tagName !== 'TEXTAREA' || e.isComposing || (e.key !== 'Escape' && (e.key !== 'Enter' || e.shiftKey))) return;
    e.preventDefault();
    e.target.dispatchEvent(new Event('change', { bubbles: true }));
    edit.querySelector(e.key === 'Enter' ? '.primary' : '.quiet').click();
  });

  // A row that is longer than its place moves under an ordinary wheel too.
  document.querySelector('.tries')?.addEventListener('wheel', e => {
    const row = e.currentTarget, was = row.scrollLeft;
    if (e.deltaX || e.ctrlKey || e.shiftKey) return;
    row.scrollLeft += e.deltaY;
    if (row.scrollLeft !== was) e.preventDefault();
  }, { passive: false });

  const box = document.querySelector('[data-submit-on-enter]');
  box?.addEventListener('keydown', e => {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    // The server hears of the text before it hears of the sending.
    box.dispatchEvent(new Event('change', { bubbles: true }));
    box.form.requestSubmit();
  });
}

// The settings of a narrow window lie over the page: Escape closes them, and the Tab key stays in them.
function sheet(controls) {
  const open = () => controls?.isConnected && controls.classList.contains('open') && getComputedStyle(controls).position === 'fixed';
  document.addEventListener('keydown', e => {
    if ((e.key !== 'Escape' && e.key !== 'Tab') || !open() || document.querySelector(':popover-open')) return;
    const stops = [...controls.querySelectorAll('button, input, select, [tabindex="0"]')].filter(s => !s.disabled && s.getClientRects().length);
    if (e.key === 'Escape') controls.querySelector('.close').click();
    else if (document.activeElement === (e.shiftKey ? stops[0] : stops.at(-1)) || !controls.contains(document.activeElement)) {
      e.preventDefault();
      stops.at(e.shiftKey ? -1 : 0).focus();
    }
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
