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
