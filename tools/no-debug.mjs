// Makes every `Debug` of a core module print nothing.
//
// The compiler does that itself for those that it derives and for `{:?}` (`-Zfmt-debug=none`), and so nothing calls
// the others. But those that AWS's crates and the standard library write by hand stay reachable through tables, with
// the one of the credentials among them.
//
// usage: node no-debug.mjs INPUT OUTPUT
import { readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'binaryen';

/** `<… as core::fmt::Debug>::fmt` in Rust's v0 mangling: https://doc.rust-lang.org/rustc/symbol-mangling/v0.html */
const DEBUG = /5Debug3fmt(B\w+)?$/;
/** `Ok(())` */
const OK = 0;

const [input, output] = process.argv.slice(2);
const module = binaryen.readBinary(readFileSync(input));
const functions = Array.from({ length: module.getNumFunctions() }, (_, index) => module.getFunctionByIndex(index));
const debugs = functions.filter((each) => DEBUG.test(binaryen.getFunctionInfo(each).name));
if (debugs.length === 0) throw new Error(`${input}: no function is a Debug; are the names stripped?`);
for (const each of debugs) binaryen.Function.setBody(each, module.i32.const(OK));
if (!module.validate()) throw new Error(`${input}: a Debug has another type than expected`);
writeFileSync(output, module.emitBinary());
