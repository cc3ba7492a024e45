// node bench.mjs MODE SIGNER
//   login   prints a login
//   first   prints the nanoseconds from the import to the first login
//   warm    prints the nanoseconds of a login once everything is compiled
const WARM_UP_MS = 400;
const MEASURE_MS = 300;

const [mode, name] = process.argv.slice(2);
const started = performance.now();
const { default: sign } = await import(`./signers/${name}.mjs`);
const login = await sign();
const first = performance.now() - started;

switch (mode) {
  case 'login':
    console.log(login);
    break;
  case 'first':
    console.log(first * 1e6);
    break;
  case 'warm':
    await perCall(WARM_UP_MS);
    console.log((await perCall(MEASURE_MS)) * 1e6);
    break;
  default:
    throw new TypeError(`expected login, first or warm, found ${mode}`);
}

/** Returns the milliseconds of one call, from calls for so many milliseconds. */
async function perCall(milliseconds) {
  // A signer that is not asynchronous is not made to wait for a microtask.
  const run = sign() instanceof Promise ? inTurn : atOnce;
  const start = performance.now();
  let calls = 0;
  let end;
  do {
    await run(100);
    calls += 100;
    end = performance.now();
  } while (end - start < milliseconds);
  return (end - start) / calls;
}

async function inTurn(times) {
  for (let i = 0; i < times; i++) await sign();
}

function atOnce(times) {
  for (let i = 0; i < times; i++) sign();
}
