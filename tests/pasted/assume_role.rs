//! Refusals of `AssumeRole` as clients of AWS print them: the same rules as in a session's diagnosis.

use vault_aws_login::inspector::{Answer, Refusal, explain_pasted, explain_refusal};

const NOW: u64 = 1_643_248_768;

const CALLER: &str = "arn:aws:sts::123456789012:assumed-role/ci/runner-7";
const ROLE: &str = "arn:aws:iam::210987654321:role/team/vault-login";

/// AWS's texts, with their status, code and rule.
fn texts() -> [(u16, &'static str, String, &'static str); 5] {
    let denied =
        format!("User: {CALLER} is not authorized to perform: sts:AssumeRole on resource: {ROLE}");
    let because =
        format!("{denied} because no identity-based policy allows the sts:AssumeRole action");
    [
        (403, "AccessDenied", denied, "assume-role-denied"),
        (403, "AccessDenied", because, "assume-role-denied"),
        (
            403,
            "AccessDenied",
            "Roles may not be assumed by root accounts.".into(),
            "assume-role-by-root",
        ),
        (
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
                .into(),
            "assume-role-too-long",
        ),
        (
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining."
                .into(),
            "assume-role-chained-too-long",
        ),
    ]
}

/// How clients print them; the thread that shows each is a source of `docs/login-contract.md`.
type Print = fn(u16, &str, &str) -> String;

const CLIENTS: [(&str, Print); 8] = [
    ("AWS CLI", |_, code, text| {
        format!("\nAn error occurred ({code}) when calling the AssumeRole operation: {text}\n")
    }),
    ("boto3", |_, code, text| {
        format!(
            "Traceback (most recent call last):\n  File \"job.py\", line 7, in <module>\n    \
             main()\nbotocore.exceptions.ClientError: An error occurred ({code}) when calling the \
             AssumeRole operation: {text}"
        )
    }),
    ("Terraform", |status, code, text| {
        format!(
            "╷\n│ Error: Cannot assume IAM Role\n│ \n│   with provider[\"aws\"],\n│ \n│ Error: \
             operation error STS: AssumeRole, https response error StatusCode: {status}, RequestID: \
             686ad334-191c-4e50-bcf0-9db10805c964, api error {code}: {text}\n│ \n╵\n"
        )
    }),
    ("aws-vault", |_, code, text| {
        format!("aws-vault: error: exec: Failed to get credentials for prod: {code}: {text}\n")
    }),
    ("Go SDK v1", |status, code, text| {
        format!(
            "failed to assume role: {code}: {text}\n\tstatus code: {status}, request id: \
             3ff3d68f-6d61-11e8-83f8-014ef402c6d5"
        )
    }),
    ("PHP", |status, code, text| {
        format!(
            "Client error: `POST https://sts.amazonaws.com/` resulted in a `{status} Forbidden` \
             response: {{\"Error\":{{\"Code\":\"{code}\",\"Message\":\"{text}\",\"Type\":\"Sender\"}}}}"
        )
    }),
    ("GitHub Action", |_, _, text| {
        format!("Error: Could not assume role with user credentials: {text}\n")
    }),
    ("XML", |_, code, text| xml(code, text)),
];

fn xml(code: &str, text: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    \
         <Type>Sender</Type>\n    <Code>{code}</Code>\n    <Message>{text}</Message>\n  </Error>\n  \
         <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n"
    )
}

#[track_caller]
fn check(refusal: &Refusal, rule: &str, printed: &str) {
    assert_eq!(
        refusal.rule.map(|rule| rule.name()),
        Some(rule),
        "{printed}"
    );
    assert_eq!(refusal.refused_by.map(|side| side.name()), Some("sts"));
    if rule == "assume-role-denied" {
        let detail = format!("the caller is `{CALLER}`, the role `{ROLE}` in another account");
        assert!(
            refusal.message.ends_with(&detail),
            "{printed}{}",
            refusal.message
        );
    }
}

#[test]
fn rule_is_found_in_what_clients_of_aws_print() {
    for (status, code, text, rule) in texts() {
        for (client, print) in CLIENTS {
            let printed = print(status, code, &text);
            let refusal = explain_pasted(&printed, None, None, NOW);
            check(&refusal, rule, &format!("{client}: {printed}\n"));
        }
    }
}

#[test]
fn caller_with_a_name_that_a_tool_made_is_shown() {
    let message = |caller: &str| {
        let text = format!(
            "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
        );
        let printed = xml("AccessDenied", &text);
        explain_pasted(&printed, None, None, NOW).message
    };
    for caller in [
        "arn:aws:sts::123456789012:assumed-role/Karpenter-HandlerServiceRoleFCDC14-1E2S2B6XVZBLW/\
         Karpenter-KarpenterEksCluster73357-Handler886CB40B-1FCztK9eeCEe",
        "arn:aws:sts::123456789012:assumed-role/app/i-0123456789abcdef0",
        "arn:aws:sts::123456789012:assumed-role/app/botocore-session-1440938160",
    ] {
        assert!(
            message(caller).contains(&format!("the caller is `{caller}`")),
            "{caller}"
        );
    }
}

#[test]
fn exact_answer_of_sts_has_the_same_rule() {
    for (status, code, text, rule) in texts() {
        let answer = Answer {
            status: Some(status),
            body: xml(code, &text),
            date: None,
        };
        check(&explain_refusal(&answer, None, NOW), rule, code);
    }
}

#[test]
fn vaults_own_failure_to_assume_a_role_stays_vaults() {
    let text = format!(
        "unable to fetch client for account ID \"210987654321\" -- default client is for account \
         \"123456789012\": AccessDenied: User: {CALLER} is not authorized to perform: \
         sts:AssumeRole on resource: {ROLE}"
    );
    let body = serde_json::json!({ "errors": [text] }).to_string();
    let answer = Answer {
        status: Some(400),
        body,
        date: None,
    };
    let refusal = explain_refusal(&answer, None, NOW);
    assert_eq!(
        refusal.rule.map(|rule| rule.name()),
        Some("account-not-configured")
    );
    assert_eq!(refusal.refused_by.map(|side| side.name()), Some("vault"));
}
