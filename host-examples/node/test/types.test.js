import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

test('types hold for a strict user, generated ones included', () => {
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--module', 'nodenext'];
  const user = fileURLToPath(new URL('types/user.mts', import.meta.url));
  for (const conditions of [[], ['--customConditions', 'browser'], ['--customConditions', 'workerd']]) {
    assert.equal(execFileSync(process.execPath, [tsc, ...options, ...conditions, user], { encoding: 'utf8' }), '');
  }
});
