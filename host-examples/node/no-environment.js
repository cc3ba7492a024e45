// Takes jco's debug switch out of the code that it generated: the package reads no environment, so
// Deno needs no `--allow-env` for it. jco has no option for that.
import { readFileSync, writeFileSync } from 'node:fs';

const LOOKUP = 'globalThis?.process?.env?.JCO_DEBUG&&console.debug(...e)';

for (const file of ['dist/component/vault-aws-login.js', 'dist/signer/vault-aws-login-signer.js']) {
  const url = new URL(file, import.meta.url);
  const [before, after, ...rest] = readFileSync(url, 'utf8').split(LOOKUP);
  if (after === undefined || rest.length > 0) throw new Error(`${file}: expected jco's debug switch once, found ${rest.length ? 'more' : 'none'}`);
  writeFileSync(url, before + after);
}
