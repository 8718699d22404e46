// Files that the page gives away.

export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has its own hold on the data by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href));
}

export async function saveStream(name, type, stream) { save(new Blob([await stream.arrayBuffer()], { type }), name); }

// The picture in a data address. Not fetched: a page that may connect to its own host alone may not fetch one.
export function decoded(address) {
  const [head, data] = address.split(',');
  return new Blob([Uint8Array.from(atob(data), c => c.charCodeAt(0))], { type: head.slice(5).split(';')[0] });
}
