// The guide: four steps on the first visit, and again from the help menu.

const key = 'axisdemo-guide';
const seen = () => { try { return localStorage.getItem(key) !== null; } catch { return true; } };
const remember = () => { try { localStorage.setItem(key, 'seen'); } catch { /* A browser that keeps nothing is never shown it by itself. */ } };

// Whether the page shows what somebody shared: that comes first, and the guide another time.
export const shared = () => /\/c\/[^/]*$/.test(location.pathname);

// A link that plays a preset shows what it names, too.
const invited = () => shared() || new URLSearchParams(location.search).has('preset');

export function start() {
  const guide = document.getElementById('guide');
  if (!guide) return;
  const steps = [...guide.querySelectorAll('[data-step]')];
  const next = guide.querySelector('[data-guide-next]'), back = guide.querySelector('[data-guide-back]');
  let at = 0, before = null;
  const turn = step => {
    at = step;
    steps.forEach((s, i) => { s.hidden = i !== at; });
    back.hidden = at === 0;
    next.textContent = at === steps.length - 1 ? 'Start' : 'Next';
  };
  const open = () => {
    document.getElementById('help')?.hidePopover();
    before = document.activeElement;
    turn(0);
    guide.showPopover();
    next.focus();
  };
  const close = () => {
    remember();
    guide.hidePopover();
    (before?.isConnected && before !== document.body ? before : document.getElementById('message'))?.focus();
  };
  next.addEventListener('click', () => at === steps.length - 1 ? close() : turn(at + 1));
  back.addEventListener('click', () => { turn(at - 1); if (at === 0) next.focus(); });
  guide.querySelector('[data-guide-close]').addEventListener('click', close);
  guide.addEventListener('keydown', e => { if (e.key === 'Escape') close(); });
  document.addEventListener('click', e => {
    if (e.target.closest?.('[data-guide]')) open();
    const closes = e.target.closest?.('[data-closes]')?.dataset.closes;
    if (closes) document.getElementById(closes)?.hidePopover();
  });
  if (!seen() && !invited()) open();
}
