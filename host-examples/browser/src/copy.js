import { element } from './element.js';

const LABEL_RETURNS_AFTER_MS = 2500;

/** Makes a command with a button that copies it. */
export function copyable({ where, text }) {
  // A line ends between words, not after the hyphens of an option.
  const words = text.split(/( )/).map((word) => (word === ' ' ? word : element('span', {}, word)));
  const command = element('code', {}, ...words);
  const label = element('span', {}, 'Copy');
  const button = element('button', { type: 'button', class: 'copy' }, label, element('span', { class: 'unseen' }, ` ${text}`));
  button.addEventListener('click', async () => {
    const copied = await copy(command);
    label.textContent = copied ? 'Copied' : 'Selected';
    document.getElementById('copied').textContent = copied ? 'Copied.' : 'Not copied. It is selected: press Control and C.';
    setTimeout(() => (label.textContent = 'Copy'), LABEL_RETURNS_AFTER_MS);
  });
  return element('div', { class: 'command' }, element('span', { class: 'where' }, where), command, button);
}

/** Copies the text of an element. Where the browser lets no page do that, it stays selected for the user to copy. */
async function copy(place) {
  try {
    await navigator.clipboard.writeText(place.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(place);
    // Deprecated, and all there is on a page that came by plain HTTP: it has no `navigator.clipboard`.
    return document.execCommand?.('copy') ?? false;
  }
}
