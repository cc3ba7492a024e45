//! ARNs of callers, as Vault takes them apart (`docs/login-contract.md#s2-8`).

/// Who logs in.
pub(super) struct Caller<'a> {
    pub(super) partition: &'a str,
    account: &'a str,
    /// `user`, `role` or `instance-profile`; an assumed role is a role here.
    kind: &'a str,
    name: &'a str,
    /// The session of an assumed role.
    pub(super) session: Option<&'a str>,
}

/// Why an ARN is not that of somebody who can log in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ArnFault {
    Malformed,
    Root,
    Federated,
}

impl<'a> Caller<'a> {
    pub(super) fn parse(arn: &'a str) -> Result<Self, ArnFault> {
        let parts: Vec<&str> = arn.splitn(7, ':').collect();
        let ["arn", partition, "iam" | "sts", _, account, resource] = parts[..] else {
            return Err(ArnFault::Malformed);
        };
        let (kind, rest) = resource.split_once('/').ok_or(match resource {
            "root" => ArnFault::Root,
            _ => ArnFault::Malformed,
        })?;
        let (kind, name, session) = match kind {
            "assumed-role" => {
                let (name, session) = rest.split_once('/').ok_or(ArnFault::Malformed)?;
                ("role", name, session.split('/').next())
            }
            "user" | "role" | "instance-profile" => {
                (kind, rest.rsplit('/').next().unwrap_or(rest), None)
            }
            "federated-user" => return Err(ArnFault::Federated),
            _ => return Err(ArnFault::Malformed),
        };
        Ok(Self {
            partition,
            account,
            kind,
            name,
            session,
        })
    }

    /// Returns the ARN that Vault compares: no path, no session.
    pub(super) fn canonical(&self) -> String {
        format!(
            "arn:{}:iam::{}:{}/{}",
            self.partition, self.account, self.kind, self.name
        )
    }
}

/// Says whether a session is named after an EC2 instance, as that of an instance profile is.
pub(super) fn is_instance_id(session: &str) -> bool {
    session.strip_prefix("i-").is_some_and(|digits| {
        (8..=17).contains(&digits.len())
            && digits
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}
