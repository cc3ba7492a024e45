/** An adapter for Spring Vault. */
package vaultawslogin.spring;
