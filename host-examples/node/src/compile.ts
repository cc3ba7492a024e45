/** Compiles a file of the package. Does without `compileStreaming`, which wants a media type that static servers often get wrong. */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`cannot load ${url}: status ${answer.status}`);
  return WebAssembly.compile(await answer.arrayBuffer());
}
