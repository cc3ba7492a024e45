//! The container endpoint of ECS and EKS.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use zeroize::Zeroizing;

use crate::session::config::ContainerEndpoint;
use crate::session::exchange::{Destination, Header, HttpMethod, UnsentRequest};

pub(super) fn call(endpoint: &ContainerEndpoint, token: Option<&str>) -> UnsentRequest {
    let mut headers = vec![Header::new("accept", "application/json")];
    headers.extend(token.map(|token| Header::new("authorization", token)));
    UnsentRequest {
        destination: Destination::ContainerEndpoint,
        origin: Some(endpoint.origin.clone()),
        method: HttpMethod::Get,
        path_and_query: endpoint.path_and_query.clone(),
        headers,
        body: Zeroizing::default(),
        secrets: token
            .map(|token| Zeroizing::new(token.to_owned()))
            .into_iter()
            .collect(),
    }
}
