// Makes dist/index.html: one file with everything in it, and a policy that lets nothing else run and nothing out.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['src/page.js', 'src/page.css'],
  outdir: 'dist',
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'iife',
  target: 'es2022',
  loader: { '.wasm': 'binary' },
  write: false,
  logLevel: 'warning',
});
const built = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
const script = built('.js');
const style = built('.css');
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const policy = [
  "default-src 'none'",
  // Compiling WebAssembly needs its own permission; no other code is made from text.
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  'img-src data:',
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join('; ');

const { version, license } = JSON.parse(readFileSync('../node/package.json', 'utf8'));
if (license !== 'Apache-2.0 OR MIT') throw new Error('src/page.html names another licence than the package');

const page = readFileSync('src/page.html', 'utf8')
  .replaceAll('{{version}}', version)
  // Functions, because `$` is special in a replacement text.
  .replace('<meta charset="utf-8" />', (charset) => `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
  .replace('  </head>', (end) => `    <style>${style}</style>\n${end}`)
  .replace('  </body>', (end) => `    <script>${script}</script>\n${end}`);
mkdirSync('dist', { recursive: true });
writeFileSync('dist/index.html', page);
