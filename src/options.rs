//! What a login is for: region, server ID, role and STS endpoint.

use crate::input_error::{InputError, InputField, InputRule, quoted};
use crate::region::Region;
use crate::sts::StsEndpoint;
use crate::text::{self, Shown};

/// The options of a login. The default is a login for a server with default settings.
#[derive(Clone, Debug, Default)]
pub struct LoginOptions {
    pub(crate) region: Option<Region>,
    pub(crate) server_id: Option<ServerId>,
    pub(crate) role: Option<Role>,
    pub(crate) sts_endpoint: Option<StsEndpoint>,
}

impl LoginOptions {
    /// Checks and takes options; absent ones mean what `wit/login.wit` says.
    ///
    /// # Errors
    /// Those of [`Region::new`], [`ServerId::new`] and [`Role::new`], in this order.
    pub fn new(
        region: Option<String>,
        server_id: Option<String>,
        role: Option<String>,
        sts_endpoint: Option<StsEndpoint>,
    ) -> Result<Self, InputError> {
        Ok(Self {
            region: region.map(Region::new).transpose()?,
            server_id: server_id.map(ServerId::new).transpose()?,
            role: role.map(Role::new).transpose()?,
            sts_endpoint,
        })
    }
}

/// The value of `X-Vault-AWS-IAM-Server-ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerId(String);

impl ServerId {
    /// Checks and takes a server ID: printable ASCII, spaces only inside.
    ///
    /// # Errors
    /// [`InputRule::EmptyValue`], [`InputRule::SurroundingWhitespace`], [`InputRule::IllegalCharacter`].
    pub fn new(value: String) -> Result<Self, InputError> {
        // Vault compares untrimmed, AWS receives trimmed: a space at either end never matches.
        text::check(InputField::ServerId, &value, Shown::Value)?;
        Ok(Self(value))
    }

    /// Returns the value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a Vault role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role(String);

impl Role {
    /// Checks and takes a role. Whether it exists, only the server knows.
    ///
    /// # Errors
    /// [`InputRule::EmptyValue`], [`InputRule::SurroundingWhitespace`],
    /// [`InputRule::IllegalCharacter`], [`InputRule::RoleIsArn`].
    pub fn new(name: String) -> Result<Self, InputError> {
        text::check(InputField::Role, &name, Shown::Value)?;
        if name.starts_with("arn:") {
            return Err(InputError::invalid(
                InputRule::RoleIsArn,
                InputField::Role,
                format_args!("the name of a Vault role"),
                format_args!("the ARN {}", quoted(&name)),
            ));
        }
        Ok(Self(name))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
