import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { startChromium } from './chromium.js';

const PACKAGE = new URL('../../node/', import.meta.url);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

const vectors = (name) =>
  JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), 'utf8'));

/** Opens an empty page that may import the package, as a site would serve it. */
async function open(t) {
  const server = createServer((request, response) => {
    const [ending] = /\.\w+$/.exec(request.url) ?? [];
    const type = TYPES[ending];
    response.writeHead(type ? 200 : 404, { 'Content-Type': type ?? 'text/plain' });
    response.end(type && ending !== '.html' ? readFileSync(new URL(`.${request.url}`, PACKAGE)) : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const chromium = await startChromium();
  t.after(async () => {
    await chromium.close();
    server.close();
  });
  const page = await chromium.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/empty.html`);
  return page;
}

/** Signs in the page, eight vectors at a time; a refusal is what a page can hand out of an error. */
const sign = async (inputs) => {
  const [{ LoginError, signLogin }, { vectorOptions }] = await Promise.all([
    import('/dist/browser.js'),
    import('/test/vector-options.js'),
  ]);
  const told = [];
  const queue = inputs.entries();
  const signer = async () => {
    for (const [index, vector] of queue) {
      try {
        told[index] = signLogin(vectorOptions(vector));
      } catch (error) {
        told[index] = error instanceof LoginError && [error.rule, error.field, error.message];
      }
      await null; // Another one's turn.
    }
  };
  await Promise.all(Array.from({ length: 8 }, signer));
  return told;
};

test("package's browser entry signs 200 inputs, eight at a time, with the same bytes as every other host", async (t) => {
  const page = await open(t);
  const logins = await page.evaluate(sign, vectors('hosts'));
  assert.equal(logins.length, 200);
  assert.deepEqual(logins, vectors('hosts').map(({ login }) => login));
});

test("package's browser entry refuses with the rule, the field and the sentence of every host", async (t) => {
  const page = await open(t);
  const refusals = vectors('refusals');
  assert.equal(refusals.length, 14);
  assert.deepEqual(await page.evaluate(sign, refusals), refusals.map(({ rule, field, message }) => [rule, field, message]));
});
