import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { startChromium } from './chromium.js';
import { DOCS, WIDTH, picture } from './picture.js';

const LARGEST = 150_000;

test('pictures of the page in README.md are of this page', async (t) => {
  const chromium = await startChromium();
  t.after(() => chromium.close());
  for (const colorScheme of ['light', 'dark']) {
    const png = readFileSync(new URL(`page-${colorScheme}.png`, DOCS));
    assert.ok(png.length < LARGEST, `${colorScheme}: ${png.length} bytes`);
    // The header of a PNG: its width follows its signature and the name of its first chunk.
    assert.equal(png.readUInt32BE(16), WIDTH);
    // Fonts, and with them the height, differ between machines, and words do not.
    const { text, cut } = await picture(chromium, colorScheme);
    assert.deepEqual(cut, [], 'the edge of the picture goes through a text');
    assert.equal(text, readFileSync(new URL('page.txt', DOCS), 'utf8'), 'the page has other words than its picture: run make pictures');
  }
});

test('drawing of the way of a login can be read on a phone, in light and dark', async (t) => {
  const chromium = await startChromium();
  t.after(() => chromium.close());
  const drawing = readFileSync(new URL('way.svg', DOCS), 'utf8');
  for (const colorScheme of ['light', 'dark']) {
    const page = await chromium.newPage({ viewport: { width: 360, height: 740 }, colorScheme });
    await page.setContent(`<!doctype html><style>body { margin: 16px } svg { max-width: 100%; height: auto }</style>${drawing}`);
    const faults = await page.evaluate(() => {
      const found = [];
      const svg = document.querySelector('svg');
      const whole = svg.getBoundingClientRect();
      const scale = whole.width / svg.viewBox.baseVal.width;
      const texts = [...document.querySelectorAll('text')];
      const boxes = texts.map((text) => text.getBoundingClientRect());
      const lines = [...document.querySelectorAll('.line')].map((line) => line.getBoundingClientRect());
      const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      const luminance = (color) =>
        color
          .match(/\d+/g)
          .slice(0, 3)
          .map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
          .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
      texts.forEach((text, i) => {
        const { left, right, top, bottom } = boxes[i];
        const name = text.textContent;
        const { fill, fontSize } = getComputedStyle(text);
        if (parseFloat(fontSize) * scale < 12) found.push(`small: ${name}`);
        if (left < whole.left || right > whole.right) found.push(`beyond the edge: ${name}`);
        if (boxes.some((other, j) => j !== i && meet(boxes[i], other) && Math.min(bottom, other.bottom) - Math.max(top, other.top) > 4)) {
          found.push(`over another text: ${name}`);
        }
        if (lines.some((line) => meet(boxes[i], { left: line.left - 1, right: line.right + 1, top: line.top, bottom: line.bottom }))) {
          found.push(`over an arrow: ${name}`);
        }
        const under = [...document.querySelectorAll('rect')].filter((rect) => meet(boxes[i], rect.getBoundingClientRect())).at(-1);
        const [dark, light] = [fill, getComputedStyle(under).fill].map(luminance).sort((a, b) => a - b);
        if ((light + 0.05) / (dark + 0.05) < 4.5) found.push(`weak: ${name}`);
      });
      return texts.length > 0 ? found : ['no text'];
    });
    assert.deepEqual(faults, [], colorScheme);
    await page.close();
  }
});
