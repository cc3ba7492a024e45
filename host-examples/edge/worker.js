// Hands a secret of Vault to callers who know a key, with a token that is fetched by the Worker's AWS identity.
import { apiUrl, login } from 'vault-aws-login';

/** A token and the time, in milliseconds, from which it is not used any more. Lives as long as the isolate. */
let cached = { token: '', until: 0 };

/**
 * Returns the cached token, or a new one.
 *
 * Each request awaits a login of its own: a Worker must not wait for what another request has begun. A few requests
 * that arrive at once therefore log in a few times; where that matters, a Durable Object is the place for this.
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
    // A tenth of the lease is kept back for clocks and for requests on their way. A lease of 0 lasts for ever.
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
  // The token may have been revoked: whoever comes next gets another.
  if (answer.status === 403 && cached.token === current) cached = { token: '', until: 0 };
  return answer;
}

function knowsTheKey(request, env) {
  const encoder = new TextEncoder();
  const given = encoder.encode(request.headers.get('Authorization') ?? '');
  const wanted = encoder.encode(`Bearer ${env.READER_KEY}`);
  // Without a key nobody reads.
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
      // The sentence is for the operator and holds no secret; the caller learns that there is nothing to be had.
      console.error(error.message);
      return new Response('no secret to be had\n', { status: 502 });
    }
  },
};
