/**
 * Says what a text is, and what it fills in: a login, what Vault and AWS print of their own state as JSON, or else an
 * answer, which the component reads in any form.
 */
export function recognised(text) {
  const document = parsed(text);
  // Vault's CLI and API print the fields of a configuration inside `data`.
  const fields = typeof document?.data === 'object' && document.data !== null ? document.data : document;
  if (!Array.isArray(document?.errors) && has(fields, 'iam_request_url', 'iam_request_headers', 'iam_request_body')) {
    return { what: 'the login', values: { login: text.trim() } };
  }
  if (has(fields, 'iam_server_id_header_value')) return { what: 'the mount’s configuration', values: configuration(fields) };
  if (has(fields, 'bound_iam_principal_arn')) return { what: 'the Vault role', values: role(fields) };
  if (has(fields, 'Arn') && has(fields, 'UserId')) return { what: 'the caller', values: { caller: string(fields.Arn) } };
  return { what: 'Vault’s answer', values: { answer: text.trim() } };
}

function configuration(fields) {
  const serverId = string(fields.iam_server_id_header_value);
  const headers = strings(fields.allowed_sts_header_values);
  return {
    'mount-config': 'written',
    'server-id': serverId ? 'value' : 'none',
    'server-id-value': serverId,
    'allowed-headers': headers.length > 0 ? 'value' : 'none',
    'allowed-headers-value': headers.join(', '),
    ...endpoint(string(fields.sts_endpoint), string(fields.sts_region), fields.use_sts_region_from_client === true),
  };
}

function endpoint(url, region, ofTheClient) {
  if (ofTheClient) return { sts: 'client-region' };
  if (url && region) return { sts: 'region', 'sts-region': region };
  return url ? { sts: 'url', 'sts-url': url } : { sts: 'global' };
}

function role(fields) {
  return {
    'role-kind': fields.auth_type === 'ec2' ? 'ec2' : 'iam',
    'bound-arns': strings(fields.bound_iam_principal_arn).join('\n'),
    'unique-ids': fields.resolve_aws_unique_ids === false ? 'not-resolved' : 'resolved',
    'inferred-entity': fields.inferred_entity_type === 'ec2_instance' ? 'ec2-instance' : 'nothing',
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function has(document, ...names) {
  return typeof document === 'object' && document !== null && names.some((name) => Object.hasOwn(document, name));
}

function string(value) {
  return typeof value === 'string' ? value : '';
}

/** A list of strings; one string is a list with commas, as the API takes it. */
function strings(value) {
  const list = Array.isArray(value) ? value : string(value).split(',');
  return list.filter((item) => typeof item === 'string' && item !== '');
}
