// Light, dark, or what the system says. Runs before the first paint, so that a page never changes its colours while it loads.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const stored = () => { try { return localStorage.getItem('axisdemo-theme'); } catch { return null; } };
  const apply = () => {
    const choice = stored();
    document.documentElement.dataset.scheme = choice === 'light' || choice === 'dark' ? choice : dark.matches ? 'dark' : 'light';
    document.dispatchEvent(new CustomEvent('axis:theme'));
  };
  apply();
  dark.addEventListener('change', apply);
  document.addEventListener('change', e => {
    if (e.target.name !== 'theme') return;
    try { localStorage.setItem('axisdemo-theme', e.target.value); } catch { /* A browser that keeps nothing: the choice holds until it is left. */ }
    document.documentElement.dataset.scheme = e.target.value === 'system' ? (dark.matches ? 'dark' : 'light') : e.target.value;
    document.dispatchEvent(new CustomEvent('axis:theme'));
  });
  // The menu shows the choice that holds when it is opened.
  document.addEventListener('toggle', e => {
    if (e.target.id !== 'help') return;
    const choice = document.querySelector(`[name=theme][value=${stored() ?? 'system'}]`);
    if (choice) choice.checked = true;
  }, true);
})();
