import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const dist = new URL('../dist/', import.meta.url);

test('no file of the package reads the environment', () => {
  const files = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'));
  assert.ok(files.length > 20);
  for (const name of files) {
    const source = readFileSync(new URL(name, dist), 'utf8');
    assert.doesNotMatch(source, /process\??\.env|JCO_DEBUG|Deno\??\.env|Bun\??\.env|import\.meta\.env/, name);
  }
});
