/**
 * Logs in to HashiCorp Vault or OpenBao with an AWS identity, and keeps the token alive: {@link
 * vaultawslogin.VaultAwsLogin} is the beginning.
 */
package vaultawslogin;
