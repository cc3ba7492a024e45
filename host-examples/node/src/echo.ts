/** How a setting is shown in a message: a secret may have slipped into its place. */

/** Returns a URL's scheme, host and port: the host only if it looks like one, and never the path, which may hold a key. */
export function shownOrigin(url: URL): string {
  const port = url.port && `:${url.port}`;
  return `${url.protocol}//${isHost(url) ? url.hostname : '…'}${port}`;
}

/** Returns what a platform says of a failed request to a URL, on one line and without what may be a secret. */
export function shownReason(reason: string, url: URL): string {
  // Deno names the whole URL.
  const shown = reason.replaceAll(url.href, shownOrigin(url));
  const text = isHost(url) ? shown : shown.replaceAll(url.hostname, '…');
  const words = text.replace(/\p{Cc}+/gu, ' ').split(' ');
  return words.map((word) => (mayHoldSecret(word) ? '…' : word)).join(' ');
}

function isHost({ hostname, pathname }: URL): boolean {
  const looksLikeOne = /^(\[[\da-f:.]+\]|[a-z\d-]+(\.[a-z\d-]+)*\.?)$/.test(hostname);
  // A secret access key has slashes, so the beginning of one may be read as a host, and the rest as a path.
  return looksLikeOne && !mayHoldSecret(hostname) && !mayHoldSecret(hostname + pathname);
}

/** Recognises a run as in keys, tokens and signatures. Paths are in one case. A URL's host is too, however it was written. */
function mayHoldSecret(word: string): boolean {
  return word.split(/[^\w+/=]/).some((run) => {
    const [hasUpper, hasLower, hasDigit] = [/[A-Z]/.test(run), /[a-z]/.test(run), /\d/.test(run)];
    const isPath = run.includes('/') && !hasUpper;
    const isMixed = (hasUpper || hasLower) && hasDigit;
    return !isPath && ((run.length >= 16 && isMixed) || run.length >= 24);
  });
}
