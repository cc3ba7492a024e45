import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { signLogin as signLoginOfAll } from 'vault-aws-login';
import { LoginError, signLogin } from 'vault-aws-login/sign';

import { vectorOptions } from './vector-options.js';

const read = (name) => JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), 'utf8'));

test('200 inputs give the same bytes as in every other host', () => {
  const vectors = read('hosts');
  assert.equal(vectors.length, 200);
  for (const vector of vectors) assert.equal(signLogin(vectorOptions(vector)), vector.login, vector.why);
});

test('refused inputs have the rule, the field and the sentence of every host', () => {
  for (const { rule, field, message, why, ...vector } of read('refusals')) {
    const is = (error) => error instanceof LoginError && error.rule === rule && error.field === field;
    assert.throws(() => signLogin(vectorOptions(vector)), (error) => is(error) && error.message === message, why);
  }
});

test('value of the wrong type is refused as by the whole package', () => {
  for (const options of [{}, { credentials: null }, { credentials: { accessKeyId: 5 } }]) {
    assert.throws(
      () => signLogin(options),
      (error) => {
        assert.throws(() => signLoginOfAll(options), new TypeError(error.message));
        return error instanceof TypeError;
      },
    );
  }
});

/** Returns every file that an entry of the package names, and so may load. */
function reachable(entry) {
  const found = new Set();
  const visit = (url) => {
    if (found.has(url.href)) return;
    found.add(url.href);
    if (!url.pathname.endsWith('.js')) return;
    const source = readFileSync(url, 'utf8');
    for (const [, path] of source.matchAll(/['"`](\.\.?\/[^'"`]+)['"`]/g)) visit(new URL(path, url));
  };
  visit(new URL(`../dist/${entry}.js`, import.meta.url));
  return [...found];
}

test('no entry of sign reaches the whole component, and the others do', () => {
  const component = /\/dist\/component\//;
  const signer = /vault-aws-login-signer\.core\.wasm$/;
  for (const runtime of ['node', 'browser', 'workerd']) {
    const files = reachable(`sign-${runtime}`);
    assert.ok(files.some((file) => signer.test(file)), `${files}`);
    assert.deepEqual(files.filter((file) => component.test(file)), []);
    assert.ok(reachable(runtime).some((file) => component.test(file)));
  }
});
