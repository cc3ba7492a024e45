"""One module for each signer, with a function `sign` that returns a login."""
