//! Finds AWS credentials with AWS's own default chain.

use anyhow::{Error, Result, anyhow};
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::echo::without_secrets;

/// Returns the first credentials of the chain: environment, profile (SSO, assumed roles and
/// `credential_process` too), web-identity token, container endpoint, EC2 instance metadata. With a
/// profile it returns that one's, as `aws --profile` does.
pub async fn credentials(profile: Option<&str>) -> Result<Credentials> {
    let http_client = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let config = ProviderConfig::without_region().with_http_client(http_client);
    let found = match profile {
        None => {
            let chain = DefaultCredentialsChain::builder()
                .region(regions(None))
                .configure(config)
                .build();
            chain.await.provide_credentials().await
        }
        Some(name) => {
            let region = regions(Some(name)).region().await;
            let provider = ProfileFileCredentialsProvider::builder()
                .configure(&config.with_region(region))
                .profile_name(name)
                .build();
            provider.provide_credentials().await
        }
    };
    found.map_err(|error| {
        // It may hold what an endpoint or a process said.
        let chain = format!("{:#}", Error::from(error)).replace(char::is_control, " ");
        anyhow!(
            "found no usable AWS credentials: {}",
            without_secrets(&chain)
        )
    })
}

/// Returns the region whose STS is called, for a role or a web-identity token.
pub async fn region(profile: Option<&str>) -> String {
    let found = regions(profile).region().await;
    found.map_or_else(|| "us-east-1".into(), |region| region.to_string())
}

/// The chain's default asks instance metadata last, which off EC2 only costs time.
fn regions(profile: Option<&str>) -> RegionProviderChain {
    let of_profile = match profile {
        None => ProfileFileRegionProvider::new(),
        Some(name) => ProfileFileRegionProvider::builder()
            .profile_name(name)
            .build(),
    };
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(of_profile)
        .or_else("us-east-1")
}
