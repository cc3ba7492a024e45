import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { signLogin } from 'vault-aws-login';

import { vectorOptions } from './vector-options.js';

const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/hosts.json', import.meta.url), 'utf8'));

test('200 inputs give the same bytes as in every other host', () => {
  assert.equal(vectors.length, 200);
  for (const vector of vectors) assert.equal(signLogin(vectorOptions(vector)), vector.login, vector.why);
});
