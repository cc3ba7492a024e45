import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { PAGE, startChromium } from './chromium.js';

let chromium;
before(async () => {
  chromium = await startChromium();
});
after(() => chromium?.close());

/** Serves the page with a policy of the server's, which holds beside that of the page. */
async function served(t, policy) {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': policy });
    response.end(readFileSync(new URL(PAGE)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}

async function verdictAt(t, address, { javaScriptEnabled = true, before = undefined } = {}) {
  const page = await chromium.newPage({ javaScriptEnabled });
  t.after(() => page.close());
  if (before) await page.addInitScript(before);
  await page.goto(address);
  const heading = page.locator('#verdict h2');
  await heading.getByText(/^This page /).waitFor();
  return { page, text: await page.locator('#verdict').innerText() };
}

test('page says so where there is no WebAssembly', async (t) => {
  const { page, text } = await verdictAt(t, PAGE, { before: () => delete globalThis.WebAssembly });
  assert.match(text, /^This page cannot run here\n/);
  assert.match(text, /This browser runs no WebAssembly/);
  assert.match(text, /wasmtime run vault-aws-login-cli\.wasm check/);
  assert.equal(await page.locator('#verdict').getAttribute('role'), 'alert');
  assert.ok(await page.locator('#input').evaluate((form) => form.inert));
});

test('page says so where WebAssembly does not compile, with the reason of the browser', async (t) => {
  const refuse = () => {
    WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('expected magic word'));
  };
  const { text } = await verdictAt(t, PAGE, { before: refuse });
  assert.match(text, /^This page cannot run here\n/);
  assert.match(text, /The browser says: expected magic word/);
});

test('page says so where WebAssembly does not start', async (t) => {
  const refuse = () => {
    WebAssembly.Instance = class {
      constructor() {
        throw new RangeError('Out of memory: Cannot allocate Wasm memory for new instance');
      }
    };
  };
  const { text } = await verdictAt(t, PAGE, { before: refuse });
  assert.match(text, /^This page cannot run here\n/);
  assert.match(text, /The browser says: Out of memory/);
});

test('page says so where the policy of its server forbids WebAssembly', async (t) => {
  const { text } = await verdictAt(t, await served(t, "script-src 'unsafe-inline'"));
  assert.match(text, /^This page cannot run here\n/);
  assert.match(text, /policy without ‘wasm-unsafe-eval’: save the file, and open it from disk/);
});

test('page says so where the policy of its server forbids its script', async (t) => {
  const { text } = await verdictAt(t, await served(t, "script-src 'none'"));
  assert.match(text, /^This page has not started\n/);
  assert.match(text, /the place that serves the page forbids scripts/);
});

test('page says so where the policy of its server forbids its style as well', async (t) => {
  const { text } = await verdictAt(t, await served(t, "default-src 'none'"));
  assert.match(text, /^This page has not started\n/);
});

test('page says so without JavaScript', async (t) => {
  const { text } = await verdictAt(t, PAGE, { javaScriptEnabled: false });
  assert.match(text, /JavaScript is turned off, and the component needs it\./);
});

test('page shows its version and its licence', async (t) => {
  const page = await chromium.newPage();
  t.after(() => page.close());
  await page.goto(PAGE);
  const { version } = JSON.parse(readFileSync(new URL('../../node/package.json', import.meta.url), 'utf8'));
  assert.equal(await page.locator('#edition').innerText(), `vault-aws-login ${version}. Licence: Apache-2.0 or MIT, as you like.`);
  assert.equal(await page.locator('meta[name=generator]').getAttribute('content'), `vault-aws-login ${version}`);
});
