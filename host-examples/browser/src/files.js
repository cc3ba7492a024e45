import { recognised } from './documents.js';
import { fill } from './form.js';

/** What the inspector reads of an answer. */
const LARGEST = 1024 * 1024;
const MOST_FILES = 8;

/** Reads files that are dropped on the page or chosen, and puts what is in them into the form. */
export function acceptFiles(byId, changed) {
  const read = async (files) => {
    const notes = [];
    for (const file of [...files].slice(0, MOST_FILES)) notes.push(`${shownName(file)}: ${await take(byId, file)}`);
    byId('file-note').textContent = notes.join(' ');
    changed();
  };
  const drags = (event) => event.dataTransfer?.types.includes('Files');
  byId('open').addEventListener('click', () => byId('file').click());
  byId('file').addEventListener('change', ({ target }) => read(target.files).then(() => (target.value = '')));
  addEventListener('dragover', (event) => {
    if (!drags(event)) return;
    event.preventDefault();
    document.body.classList.add('dragging');
  });
  addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) document.body.classList.remove('dragging');
  });
  addEventListener('drop', (event) => {
    document.body.classList.remove('dragging');
    if (!drags(event)) return;
    event.preventDefault();
    read(event.dataTransfer.files);
  });
}

async function take(byId, file) {
  if (file.size > LARGEST) return `too large: expected at most 1 MiB, found ${Math.ceil((file.size * 10) / LARGEST) / 10} MiB.`;
  const text = decoded(new Uint8Array(await file.arrayBuffer().catch(() => new ArrayBuffer(0))));
  if (text === undefined) return 'not read: expected text, found other bytes.';
  if (text.trim() === '') return 'not read: expected text, found nothing.';
  const { what, values } = recognised(text);
  fill(byId, values);
  if (!('login' in values || 'answer' in values)) byId('server').open = true;
  return `read as ${what}.`;
}

/** Decodes UTF-8, and the UTF-16 that PowerShell writes. */
function decoded(bytes) {
  const encoding = { 0xfffe: 'utf-16le', 0xfeff: 'utf-16be' }[(bytes[0] << 8) | bytes[1]] ?? 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function shownName({ name }) {
  const safe = name.replaceAll(/\p{C}/gu, '\uFFFD');
  return safe.length > 64 ? `${safe.slice(0, 63)}…` : safe;
}
