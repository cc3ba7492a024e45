// Makes one file of the Action, the npm package and its core modules: GitHub runs an Action as it
// stands in its repository, without `npm install`.
//
//     node build.js [FILE]
import { readFileSync, writeFileSync } from 'node:fs';

import { build } from 'esbuild';

const outfile = process.argv[2] ?? 'dist/index.cjs';

/** Makes a compiled module of an imported `.wasm` file, as edge runtimes do. */
const wasm = {
  name: 'wasm',
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, ({ path }) => {
      const bytes = JSON.stringify(readFileSync(path).toString('base64'));
      return { contents: `export default new WebAssembly.Module(Buffer.from(${bytes}, 'base64'));` };
    });
  },
};

const { metafile } = await build({
  entryPoints: ['src/index.js'],
  outfile,
  bundle: true,
  // CommonJS, because parts of it `require` modules of Node.
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  charset: 'utf8',
  plugins: [wasm],
  // Their texts are in THIRD-PARTY-NOTICES.txt.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
// What the bundle consists of, for its notices.
if (process.argv[3]) writeFileSync(process.argv[3], JSON.stringify(Object.keys(metafile.inputs)));
