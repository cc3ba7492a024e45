import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { LoginError, signLogin } from 'vault-aws-login';

import { vectorOptions } from './vector-options.js';

const read = (name) => JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), 'utf8'));
const vectors = read('hosts');

test('200 inputs give the same bytes as in every other host', () => {
  assert.equal(vectors.length, 200);
  for (const vector of vectors) assert.equal(signLogin(vectorOptions(vector)), vector.login, vector.why);
});

test('refused inputs have the rule, the field and the sentence of every host', () => {
  const refusals = read('refusals');
  assert.equal(refusals.length, 14);
  for (const { rule, field, message, why, ...vector } of refusals) {
    const is = (error) => error instanceof LoginError && error.rule === rule && error.field === field;
    assert.throws(() => signLogin(vectorOptions(vector)), (error) => is(error) && error.message === message, why);
  }
});
