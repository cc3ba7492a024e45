// Reads a secret from Vault for callers who know a key, with a token that the Worker's AWS identity gets.
import { apiUrl, login } from 'vault-aws-login';

/** A token, and the time in milliseconds from which it is not used. Kept as long as the isolate. */
let cached = { token: '', until: 0 };

/**
 * Returns the cached token, or a new one.
 *
 * Each request awaits its own login, because a Worker must not wait for what another request has begun. So requests
 * that arrive at once each log in; where that matters, keep the token in a Durable Object.
 */
async function token(env) {
  if (Date.now() >= cached.until) {
    const asked = Date.now();
    const granted = await login({
      vaultAddr: env.VAULT_ADDR,
      namespace: env.VAULT_NAMESPACE ?? undefined,
      mount: env.VAULT_AWS_MOUNT ?? undefined,
      role: env.VAULT_AUTH_ROLE ?? undefined,
      serverId: env.VAULT_IAM_SERVER_ID ?? undefined,
      credentials: {
        accessKeyId: env.AWS_ACCESS_KEY_ID,
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
        sessionToken: env.AWS_SESSION_TOKEN ?? undefined,
      },
      timeoutMilliseconds: 10_000,
    });
    if (granted.warnings) console.warn(`Vault warns: ${granted.warnings}`);
    // The last tenth of the lease is a margin for clocks and for requests in flight. A lease of 0 does not end.
    const lease = granted.leaseSeconds === 0 ? Infinity : granted.leaseSeconds * 900;
    cached = { token: granted.token, until: asked + lease };
  }
  return cached.token;
}

async function read(env) {
  const current = await token(env);
  const answer = await fetch(apiUrl(env.VAULT_ADDR, env.SECRET_PATH), {
    headers: {
      'X-Vault-Token': current,
      'X-Vault-Request': 'true',
      ...(env.VAULT_NAMESPACE && { 'X-Vault-Namespace': env.VAULT_NAMESPACE }),
    },
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  });
  // The token may have been revoked, so the next request logs in again.
  if (answer.status === 403 && cached.token === current) cached = { token: '', until: 0 };
  return answer;
}

function knowsTheKey(request, env) {
  const encoder = new TextEncoder();
  const given = encoder.encode(request.headers.get('Authorization') ?? '');
  const wanted = encoder.encode(`Bearer ${env.READER_KEY}`);
  // Without a key every request is refused.
  return Boolean(env.READER_KEY) && given.length === wanted.length && crypto.subtle.timingSafeEqual(given, wanted);
}

export default {
  async fetch(request, env) {
    if (request.method !== 'GET') return new Response('expected GET\n', { status: 405, headers: { Allow: 'GET' } });
    if (!knowsTheKey(request, env)) return new Response('expected the reader key\n', { status: 401 });
    try {
      let answer = await read(env);
      if (answer.status === 403) answer = await read(env);
      if (!answer.ok) throw new Error(`cannot read ${env.SECRET_PATH}: status ${answer.status}`);
      // The parser's own error would quote the answer.
      const { data } = await answer.json().catch(() => {
        throw new Error(`cannot read ${env.SECRET_PATH}: expected JSON, found something else`);
      });
      return Response.json(data, { headers: { 'Cache-Control': 'no-store' } });
    } catch (error) {
      // The message is for the operator and holds no secret. The caller learns only that it failed.
      console.error(error.message);
      return new Response('cannot read the secret\n', { status: 502 });
    }
  },
};
