/** A core module of the component, as bundlers and edge runtimes compile it; some bundlers give its bytes. */
declare const module: WebAssembly.Module;
export default module;
