/** An adapter for the AWS SDK for Java, version 2. */
package vaultawslogin.aws;
