import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { startChromium } from './chromium.js';
import { DOCS, SIZE, picture } from './picture.js';

const LARGEST = 150_000;

test('pictures of the page in README.md are of this page', async (t) => {
  const chromium = await startChromium();
  t.after(() => chromium.close());
  for (const colorScheme of ['light', 'dark']) {
    const png = readFileSync(new URL(`page-${colorScheme}.png`, DOCS));
    assert.ok(png.length < LARGEST, `${colorScheme}: ${png.length} bytes`);
    // The header of a PNG: width and height follow its signature and the name of its first chunk.
    assert.deepEqual({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) }, SIZE);
    // Fonts differ between machines, and words do not.
    const { text } = await picture(chromium, colorScheme);
    assert.equal(text, readFileSync(new URL('page.txt', DOCS), 'utf8'), 'the page has other words than its picture: run make pictures');
  }
});
