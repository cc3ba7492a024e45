/** Reads what the form says of the server. What is not filled in is not known. */
export function readProfile(byId) {
  const text = (id) => byId(id).value.trim() || undefined;
  const profile = { callerArn: text('caller') };
  const serverId = byId('server-id').value;
  if (serverId === 'none') profile.serverId = null;
  if (serverId === 'value') profile.serverId = text('server-id-value');
  const sts = byId('sts').value;
  const place = text('sts-value');
  if (sts === 'global' || sts === 'client-region') profile.stsEndpoint = sts;
  else if (sts && place) profile.stsEndpoint = { [sts]: place };
  const flavour = byId('software').value;
  if (flavour) profile.core = { flavour, version: text('version') };
  return profile;
}

/** Reads Vault's answer, as any client prints it, and the status where it is known by itself. */
export function readAnswer(byId) {
  const text = byId('answer').value.trim();
  const status = /^[1-5][0-9][0-9]$/.test(byId('status').value.trim()) ? Number(byId('status').value) : undefined;
  return text || status !== undefined ? { text, status } : undefined;
}
