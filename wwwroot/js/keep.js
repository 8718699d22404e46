// Links and the clipboard: what a page on the server cannot reach. A visitor's own links are remembered in this browser alone.

const KEY = 'axisdemo-shares';

// True when the text is on the clipboard; else it is selected, so that the visitor can copy it.
export async function copy(input) {
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    input.focus();
    input.select();
    return false;
  }
}

export function shares() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(s => typeof s?.id === 'string' && typeof s?.key === 'string') : [];
  } catch {
    return [];
  }
}

export function remember(share) { write([share, ...shares().filter(s => s.id !== share.id)].slice(0, 100)); }

export function forget(id) { write(shares().filter(s => s.id !== id)); }

function write(list) {
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // Storage is full or closed: the link works, and its deletion key is shown beside it.
  }
}
