// The floor in V8: the compressions of one login alone.
import { readFileSync } from 'node:fs';

const module = new WebAssembly.Module(readFileSync(process.env.BENCH_FLOOR));
const { compress_blocks: compress } = new WebAssembly.Instance(module).exports;
const compressions = Number(process.env.BENCH_COMPRESSIONS);

export default () => compress(compressions);
