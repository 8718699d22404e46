// What the chart gives away.

import { A, B, readings, valueOf } from './series.js';

export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has its own hold on the data by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href));
}

// The picture in a data address. Not fetched: a page that may connect to its own host alone may not fetch one.
export function decoded(address) {
  const [head, data] = address.split(',');
  return new Blob([Uint8Array.from(atob(data), c => c.charCodeAt(0))], { type: head.slice(5).split(';')[0] });
}

// Every token, one line each: what a table program reads.
export function text(series, axes) {
  const cell = v => (v == null ? '' : /[",\n\r]/.test(v) ? `"${String(v).replaceAll('"', '""')}"` : String(v));
  // As a JSON string: line breaks stay on the line, and no spreadsheet takes a token that begins with = for a formula.
  const said = v => (v == null ? '' : `"${JSON.stringify(v).replaceAll('"', '""')}"`);
  const head = ['turn', 'column', 'sample', 'token', 'text', 'lifted_here', 'lifted_blocks', 'kl', 'plain_choice'];
  for (const axis of axes) for (const reading of readings) head.push(`${reading} ${axis.name} block ${axis.layer}`);
  const lines = [head.map(cell).join(',')];
  for (const column of [A, B])
    for (const samples of series.points[column])
      for (const points of samples ?? [])
        for (const p of points ?? []) {
          const row = [p.turn + 1, 'AB'[column], p.sample, p.index, said(p.text), p.touched ? 1 : 0, p.lifted, p.kl, said(p.plain)];
          for (const axis of axes) for (const reading of readings) row.push(valueOf(p, axis.key, reading));
          lines.push(row.join(','));
        }
  return lines.join('\n') + '\n';
}
