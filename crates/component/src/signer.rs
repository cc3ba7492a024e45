//! Interface `signer`.

use super::Component;
use super::bindings::exports::vault_aws::login::signer::Guest;
use vault_aws_login::unchecked;
use vault_aws_login::{Credentials, InputError, LoginOptions, UnixSeconds, sign_login};
use vault_aws_login_wiping::{Depth, with_clean_stack};

impl Guest for Component {
    fn sign_login(
        credentials: unchecked::Credentials,
        options: unchecked::LoginOptions,
        unix_seconds: u64,
    ) -> Result<String, InputError> {
        with_clean_stack(Depth::Signing, || {
            let credentials = Credentials::try_from(credentials)?;
            let options = LoginOptions::try_from(options)?;
            sign_login(&credentials, &options, UnixSeconds::new(unix_seconds)?)
        })
    }
}
