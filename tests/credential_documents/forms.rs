//! What each tool prints, and the same in other spellings, at other depths, in other encodings.

use proptest::prelude::*;

use super::{EXPIRY, SECRET, encodings, filled, login, read};
use vault_aws_login::{Credentials, read_credential_document};

/// The form of each tool, and whether it says when the credentials expire. `{id}`, `{secret}` and
/// `{token}` stand for the values.
const FORMS: &[(&str, bool, &str)] = &[
    (
        "aws configure export-credentials, and any credential_process",
        true,
        r#"{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}", "SessionToken": "{token}", "Expiration": "2035-01-01T00:00:00+00:00"}"#,
    ),
    (
        "aws configure export-credentials --format env",
        true,
        "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\nexport AWS_CREDENTIAL_EXPIRATION=2035-01-01T00:00:00+00:00\n",
    ),
    (
        "aws configure export-credentials --format powershell",
        true,
        "$Env:AWS_ACCESS_KEY_ID=\"{id}\"\r\n$Env:AWS_SECRET_ACCESS_KEY=\"{secret}\"\r\n$Env:AWS_SESSION_TOKEN=\"{token}\"\r\n$Env:AWS_CREDENTIAL_EXPIRATION=\"2035-01-01T00:00:00+00:00\"\r\n",
    ),
    (
        "aws configure export-credentials --format windows-cmd",
        true,
        "set AWS_ACCESS_KEY_ID={id}\r\nset AWS_SECRET_ACCESS_KEY={secret}\r\nset AWS_SESSION_TOKEN={token}\r\nset AWS_CREDENTIAL_EXPIRATION=2035-01-01T00:00:00+00:00\r\n",
    ),
    (
        "aws configure export-credentials --format fish",
        true,
        "set -gx AWS_ACCESS_KEY_ID {id}\nset -gx AWS_SECRET_ACCESS_KEY {secret}\nset -gx AWS_SESSION_TOKEN {token}\nset -gx AWS_CREDENTIAL_EXPIRATION 2035-01-01T00:00:00+00:00\n",
    ),
    (
        "aws sts assume-role",
        true,
        r#"{"Credentials": {"AccessKeyId": "{id}", "SecretAccessKey": "{secret}", "SessionToken": "{token}", "Expiration": "2035-01-01T00:00:00+00:00"}, "AssumedRoleUser": {"AssumedRoleId": "AROAEXAMPLE:s", "Arn": "arn:aws:sts::123456789012:assumed-role/dev/s"}}"#,
    ),
    (
        "aws sts assume-role --output text",
        true,
        "ASSUMEDROLEUSER\tarn:aws:sts::123456789012:assumed-role/dev/s\tAROAEXAMPLE:s\nCREDENTIALS\t{id}\t2035-01-01T00:00:00+00:00\t{secret}\t{token}\n",
    ),
    (
        "aws sts assume-role --output table",
        true,
        "-----------------------\n|     assume-role     |\n+---------------------+\n||    Credentials    ||\n|+-----------------+--+|\n||  AccessKeyId    |  {id} ||\n||  Expiration     |  2035-01-01T00:00:00+00:00 ||\n||  SecretAccessKey|  {secret} ||\n||  SessionToken   |  {token} ||\n|+-----------------+--+|\n",
    ),
    (
        "aws sts assume-role --output yaml",
        true,
        "AssumedRoleUser:\n  Arn: arn:aws:sts::123456789012:assumed-role/dev/s\nCredentials:\n  AccessKeyId: {id}\n  Expiration: '2035-01-01T00:00:00+00:00'\n  SecretAccessKey: {secret}\n  SessionToken: {token}\n",
    ),
    (
        "aws sso get-role-credentials",
        true,
        r#"{"roleCredentials": {"accessKeyId": "{id}", "secretAccessKey": "{secret}", "sessionToken": "{token}", "expiration": 2051222400000}}"#,
    ),
    (
        "aws sso get-role-credentials --output text",
        true,
        "ROLECREDENTIALS\t{id}\t2051222400000\t{secret}\t{token}\n",
    ),
    (
        "aws sso get-role-credentials --output table",
        true,
        "----------------------\n|get-role-credentials|\n+--------------------+\n||  roleCredentials ||\n|+-----------------+-+|\n||  accessKeyId    |  {id} ||\n||  expiration     |  2051222400000 ||\n||  secretAccessKey|  {secret} ||\n||  sessionToken   |  {token} ||\n|+-----------------+-+|\n",
    ),
    (
        "aws sso get-role-credentials --output yaml",
        true,
        "roleCredentials:\n  accessKeyId: {id}\n  expiration: 2051222400000\n  secretAccessKey: {secret}\n  sessionToken: {token}\n",
    ),
    (
        "STS as XML",
        true,
        "<?xml version=\"1.0\"?>\n<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/dev/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>2035-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata></AssumeRoleResponse>\n",
    ),
    (
        "STS as JSON",
        true,
        r#"{"AssumeRoleResponse":{"AssumeRoleResult":{"AssumedRoleUser":{"Arn":"arn:aws:sts::123456789012:assumed-role/dev/s"},"Credentials":{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}","Expiration":2.0512224E9}},"ResponseMetadata":{"RequestId":"c6104cbe"}}}"#,
    ),
    (
        "the ECS container endpoint",
        true,
        r#"{"RoleArn":"arn:aws:iam::123456789012:role/dev","AccessKeyId":"{id}","SecretAccessKey":"{secret}","Token":"{token}","Expiration":"2035-01-01T00:00:00Z"}"#,
    ),
    (
        "the EKS Pod Identity agent",
        true,
        r#"{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","Token":"{token}","AccountId":"123456789012","Expiration":"2035-01-01T00:00:00Z"}"#,
    ),
    (
        "the EC2 metadata service",
        true,
        "{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2034-12-31T18:00:00Z\",\n  \"Type\" : \"AWS-HMAC\",\n  \"AccessKeyId\" : \"{id}\",\n  \"SecretAccessKey\" : \"{secret}\",\n  \"Token\" : \"{token}\",\n  \"Expiration\" : \"2035-01-01T00:00:00Z\"\n}",
    ),
    (
        "Cognito",
        true,
        r#"{"Credentials":{"AccessKeyId":"{id}","Expiration":2.0512224E9,"SecretKey":"{secret}","SessionToken":"{token}"},"IdentityId":"us-east-1:1666ff8c-8ddf-42c8-9109-07e2dfd3848c"}"#,
    ),
    (
        "the IoT credential provider",
        true,
        r#"{"credentials":{"accessKeyId":"{id}","secretAccessKey":"{secret}","sessionToken":"{token}","expiration":"2035-01-01T00:00:00Z"}}"#,
    ),
    (
        "the cache of botocore, ~/.aws/cli/cache",
        true,
        r#"{"Credentials": {"AccessKeyId": "{id}", "SecretAccessKey": "{secret}", "SessionToken": "{token}", "Expiration": "2035-01-01T00:00:00UTC"}, "ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}}"#,
    ),
    (
        "the cache of aws login, ~/.aws/login/cache",
        true,
        r#"{"accessToken":{"accessKeyId":"{id}","secretAccessKey":"{secret}","sessionToken":"{token}","accountId":"123456789012","expiresAt":"2035-01-01T00:00:00Z"},"tokenType":"urn:aws:params:oauth:token-type:access_token_sigv4","clientId":"arn:aws:signin:::devtools/same-device","idToken":"x"}"#,
    ),
    (
        "~/.aws/credentials as saml2aws writes it",
        true,
        "[saml]\naws_access_key_id        = {id}\naws_secret_access_key    = {secret}\naws_session_token        = {token}\naws_security_token       = {token}\nx_principal_arn          = arn:aws:sts::123456789012:assumed-role/dev/s\nx_security_token_expires = 2035-01-01T02:00:00+02:00\nregion                   = eu-west-1\n",
    ),
    (
        "saml2aws script --shell bash",
        true,
        "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\nexport AWS_SECURITY_TOKEN={token}\nexport SAML2AWS_PROFILE=saml\nexport AWS_CREDENTIAL_EXPIRATION=2035-01-01T00:00:00Z\n",
    ),
    (
        "saml2aws script --shell fish",
        true,
        "set -gx AWS_ACCESS_KEY_ID {id}\nset -gx AWS_SECRET_ACCESS_KEY {secret}\nset -gx AWS_SESSION_TOKEN {token}\nset -gx AWS_SECURITY_TOKEN {token}\nset -gx SAML2AWS_PROFILE saml\nset -gx AWS_CREDENTIAL_EXPIRATION '2035-01-01T00:00:00Z'\n",
    ),
    (
        "saml2aws script --shell powershell",
        true,
        "$env:AWS_ACCESS_KEY_ID='{id}'\n$env:AWS_SECRET_ACCESS_KEY='{secret}'\n$env:AWS_SESSION_TOKEN='{token}'\n$env:AWS_SECURITY_TOKEN='{token}'\n$env:SAML2AWS_PROFILE='saml'\n$env:AWS_CREDENTIAL_EXPIRATION='2035-01-01T00:00:00Z'\n",
    ),
    (
        "aws-vault export --format=ini",
        true,
        "[profile dev]\naws_access_key_id=        {id}\naws_secret_access_key=    {secret}\naws_session_token=        {token}\naws_credential_expiration=2035-01-01T00:00:00Z\nregion=                   eu-west-1\n",
    ),
    (
        "aws-vault exec dev -- env, an older release",
        true,
        "HOME=/root\nTOKEN=of another program\nEXPIRES=never\nAWS_VAULT=dev\nAWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\nAWS_SESSION_TOKEN={token}\nAWS_SECURITY_TOKEN={token}\nAWS_SESSION_EXPIRATION=2035-01-01T00:00:00Z\n_=/usr/bin/env\n",
    ),
    (
        "aws-okta env",
        false,
        "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_OKTA_PROFILE=dev\nexport AWS_OKTA_ASSUMED_ROLE=dev\nexport AWS_SESSION_TOKEN='{token}'\nexport AWS_SECURITY_TOKEN='{token}'\n",
    ),
    (
        "aws-okta exec dev -- env",
        true,
        "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\nAWS_SESSION_TOKEN={token}\nAWS_OKTA_SESSION_EXPIRATION=2051222400\n",
    ),
    (
        "gimme-aws-creds --output-format json",
        false,
        r#"{"role": {"arn": "arn:aws:iam::123456789012:role/dev", "name": "dev"}, "profile": {"name": "dev"}, "credentials": {"aws_access_key_id": "{id}", "aws_secret_access_key": "{secret}", "aws_session_token": "{token}", "aws_security_token": "{token}"}}"#,
    ),
    (
        "gimme-aws-creds --output-format windows",
        false,
        "$env:AWS_ROLE_ARN=\"arn:aws:iam::123456789012:role/dev\"\n$env:AWS_ACCESS_KEY_ID=\"{id}\"\n$env:AWS_SECRET_ACCESS_KEY=\"{secret}\"\n$env:AWS_SESSION_TOKEN=\"{token}\"\n$env:AWS_SECURITY_TOKEN=\"{token}\"\n",
    ),
    (
        "awsume -s",
        false,
        "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\nexport AWS_REGION=us-east-1\nexport AWSUME_PROFILE=dev\nexport AWSUME_EXPIRATION=2035-01-01T00:00:00\n",
    ),
    (
        "Vault's AWS secrets engine, vault read -format=json aws/sts/dev",
        false,
        r#"{"request_id":"6a2f0c5e","lease_id":"aws/sts/dev/x","lease_duration":3600,"renewable":false,"data":{"access_key":"{id}","arn":"arn:aws:sts::123456789012:assumed-role/dev/s","secret_key":"{secret}","security_token":"{token}","session_token":"{token}","ttl":3600},"warnings":null}"#,
    ),
    (
        "vault read aws/sts/dev",
        false,
        "Key                Value\n---                -----\nlease_id           aws/sts/dev/x\nlease_duration     59m59s\nlease_renewable    false\naccess_key         {id}\narn                arn:aws:sts::123456789012:assumed-role/dev/s\nsecret_key         {secret}\nsecurity_token     {token}\nsession_token      {token}\nttl                59m59s\n",
    ),
    (
        "terragrunt's auth provider",
        false,
        r#"{"awsCredentials": {"ACCESS_KEY_ID": "{id}", "SECRET_ACCESS_KEY": "{secret}", "SESSION_TOKEN": "{token}"}, "envs": {}}"#,
    ),
    (
        "a .env file",
        false,
        "# of the task\nAWS_ACCESS_KEY_ID=\"{id}\"\nAWS_SECRET_ACCESS_KEY='{secret}' # throw-away\nAWS_SESSION_TOKEN = {token}\nAWS_CREDENTIAL_EXPIRATION=\n",
    ),
    (
        "the .env file of an application with other secrets",
        false,
        "SECRET_KEY='django$insecure'\nACCESS_KEY=other\nTOKEN=other\nEXPIRATION=never\nAWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\nAWS_SESSION_TOKEN={token}\n",
    ),
    (
        "the ECS container endpoint as YAML",
        true,
        "AccessKeyId: {id}\nExpiration: 2035-01-01 00:00:00+00:00\nRoleArn: arn:aws:iam::123456789012:role/dev\nSecretAccessKey: {secret}\nToken: {token}\n",
    ),
    (
        "one line of shell",
        true,
        "export AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret}; export AWS_SESSION_TOKEN={token} && export AWS_CREDENTIAL_EXPIRATION=\"2035-01-01 00:00:00 +0000 UTC\"\n",
    ),
    (
        "csh",
        false,
        "setenv AWS_ACCESS_KEY_ID {id};\nsetenv AWS_SECRET_ACCESS_KEY {secret};\nsetenv AWS_SESSION_TOKEN {token};\n",
    ),
    (
        "options of docker run",
        false,
        "-e AWS_ACCESS_KEY_ID={id} -e AWS_SECRET_ACCESS_KEY={secret} \\\n  -e AWS_SESSION_TOKEN={token} \\\n",
    ),
    (
        "quotes of cmd",
        false,
        "SET \"AWS_ACCESS_KEY_ID={id}\"\r\nSET \"AWS_SECRET_ACCESS_KEY={secret}\"\r\nSET \"AWS_SESSION_TOKEN={token}\"\r\n",
    ),
    (
        "properties of Java",
        false,
        "aws.accessKeyId={id}\naws.secretAccessKey: {secret}\naws.sessionToken={token}\n",
    ),
];

#[test]
fn form_of_each_tool_is_read_in_each_encoding() {
    for (tool, expires, form) in FORMS {
        for (encoding, document) in encodings(&filled(form)) {
            let expected = Ok(expires.then_some(EXPIRY));
            assert_eq!(read(document), expected, "{tool}, {encoding}");
        }
    }
}

/// A way of writing a name.
type Spelling = fn(&str) -> String;

fn snake(name: &str) -> String {
    let spelled = name.char_indices().flat_map(|(at, letter)| {
        let gap = (at > 0 && letter.is_ascii_uppercase()).then_some('_');
        gap.into_iter().chain([letter.to_ascii_lowercase()])
    });
    spelled.collect()
}

const SPELLINGS: &[(&str, Spelling)] = &[
    ("PascalCase", str::to_owned),
    ("camelCase", |name| {
        format!("{}{}", name[..1].to_ascii_lowercase(), &name[1..])
    }),
    ("capitals", str::to_ascii_uppercase),
    ("small letters", str::to_ascii_lowercase),
    ("AccessKeyID", |name| name.replace("Id", "ID")),
    ("snake_case", snake),
    ("aws_snake_case", |name| format!("aws_{}", snake(name))),
    ("AWS_SNAKE_CASE", |name| {
        format!("AWS_{}", snake(name).to_ascii_uppercase())
    }),
    ("kebab-case", |name| snake(name).replace('_', "-")),
];

const NESTINGS: &[(&str, &str, &str)] = &[
    ("nothing around it", "", ""),
    ("Credentials", r#"{"Credentials":"#, "}"),
    (
        "any name",
        r#"{"a":null,"data":"#,
        r#","list":[1,"x",[]],"b":{}}"#,
    ),
    ("three levels", r#"{"a":{"b":{"c":"#, "}}}"),
    ("white space", "\r\n\t ", "\n\n"),
];

#[test]
fn names_are_read_in_each_spelling_at_each_depth_in_each_encoding() {
    let mut documents = 0;
    for access_key_id in ["AccessKeyId", "AccessKey"] {
        for secret in ["SecretAccessKey", "SecretKey"] {
            for token in ["SessionToken", "SecurityToken", "Token"] {
                for (spelling, spelled) in SPELLINGS {
                    let [id, secret, token, expiration] =
                        [access_key_id, secret, token, "Expiration"].map(spelled);
                    let object = filled(&format!(
                        r#"{{"{expiration}":"2035-01-01T00:00:00Z","{token}":"{{token}}","{secret}":"{{secret}}","{id}":"{{id}}"}}"#
                    ));
                    for (nesting, before, after) in NESTINGS {
                        let document = format!("{before}{object}{after}");
                        for (encoding, bytes) in encodings(&document) {
                            documents += 1;
                            let said = format!("{spelling}, {nesting}, {encoding}: {document}");
                            assert_eq!(read(bytes), Ok(Some(EXPIRY)), "{said}");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(documents, 3_240);
}

#[test]
fn time_is_read_however_tools_write_it() {
    let times = [
        r#""2035-01-01T00:00:00Z""#,
        r#""2035-01-01t00:00:00z""#,
        r#""2035-01-01T00:00:00.123456789Z""#,
        r#""2035-01-01T00:00:00+00:00""#,
        r#""2035-01-01T01:30:00+01:30""#,
        r#""2034-12-31T16:00:00-0800""#,
        r#""2035-01-01T00:00:00UTC""#,
        r#""2035-01-01T00:00:00 GMT""#,
        r#""2035-01-01 00:00:00+00:00""#,
        r#""2035-01-01 00:00:00 +0000 UTC""#,
        r#""2035-01-01 01:00:00.5 +0100 CET""#,
        r#""2051222400""#,
        "2051222400",
        "2051222400.0",
        "2051222400.999",
        "2.0512224E9",
        "2.0512224e+09",
        "20512224e2",
        "20512224000000e-4",
        "0.20512224E10",
    ];
    for time in times {
        let document = filled(&format!(
            r#"{{"AccessKeyId":"{{id}}","SecretAccessKey":"{{secret}}","SessionToken":"{{token}}","Expiration":{time}}}"#
        ));
        assert_eq!(read(document), Ok(Some(EXPIRY)), "{time}");
    }
}

#[test]
fn long_term_key_needs_no_token_and_no_expiry() {
    let key = Credentials::new("AKIAIOSFODNN7EXAMPLE".into(), SECRET.into(), None, None).unwrap();
    let documents = [
        r#"{"AccessKeyId":"{key}","SecretAccessKey":"{secret}"}"#,
        r#"{"AccessKeyId":"{key}","SecretAccessKey":"{secret}","SessionToken":null,"Expiration":null}"#,
        r#"{"AccessKeyId":"{key}","SecretAccessKey":"{secret}","SessionToken":""}"#,
        // aws iam create-access-key, as JSON and as text in columns of the console's CSV
        r#"{"AccessKey":{"UserName":"dev","AccessKeyId":"{key}","Status":"Active","SecretAccessKey":"{secret}","CreateDate":"2034-01-01T00:00:00+00:00"}}"#,
        "Access key ID,Secret access key\r\n{key},{secret}\r\n",
        "User name,Password,Access key ID,Secret access key,Console login link\ndev,,{key},{secret},https://123456789012.signin.aws.amazon.com/console\n",
        // vault read aws/creds/dev
        r#"{"data":{"access_key":"{key}","secret_key":"{secret}","security_token":null,"session_token":null},"lease_duration":2764800}"#,
        "access_key         {key}\nsecret_key         {secret}\nsecurity_token     <nil>\n",
        "[default]\naws_access_key_id={key}\naws_secret_access_key={secret}\naws_session_token=\n",
    ];
    for document in documents {
        let document = filled(&document.replace("{key}", "AKIAIOSFODNN7EXAMPLE"));
        let credentials = read_credential_document(document.as_bytes()).unwrap();
        assert_eq!(login(&credentials), login(&key), "{document}");
        assert_eq!(credentials.expires_at(), None, "{document}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Lists of names and values that have nothing to do with credentials change nothing.
    #[test]
    fn other_names_change_nothing(
        names in proptest::collection::vec("[A-Za-z_]{1,12}", 0..6),
        value in "[a-z0-9]{0,8}",
    ) {
        let known = ["code", "version", "token", "expires", "accesstoken"];
        let other = names.iter().filter(|name| {
            let bare = name.to_ascii_lowercase().replace('_', "");
            !known.contains(&bare.as_str())
        });
        let entries: String = other.map(|name| format!(r#""{name}":"{value}","#)).collect();
        let document = filled(&format!(
            r#"{{{entries}"x":{{{entries}"AccessKeyId":"{{id}}","SecretAccessKey":"{{secret}}","SessionToken":"{{token}}"}}}}"#
        ));
        prop_assert_eq!(read(document), Ok(None));
    }
}
