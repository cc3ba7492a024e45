//! Each enum of the core has the names of `wit/`, in the order of `wit/`: wit-bindgen passes a
//! variant by its number.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use vault_aws_login::inspector::{
    Flavour, Healing, InferredEntity, LoginRule, MountConfig, Refuser, Severity, UniqueIds,
};
use vault_aws_login::session::{
    ContainerAuthorization, Destination, HttpMethod, RefusalRule, RequestPurpose, TransportFailure,
};
use vault_aws_login::{InputField, InputRule};

/// The names of an enum in a file of `wit/`.
fn names_in_wit<'w>(wit: &'w str, name: &str) -> Vec<&'w str> {
    let start = format!("  enum {name} {{\n");
    let (_, list) = wit.split_once(&start).expect("the enum is in the WIT");
    let (list, _) = list.split_once("\n  }").unwrap();
    list.lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .filter(|line| !line.starts_with("///"))
        .collect()
}

macro_rules! vocabulary {
    ($($test:ident: $file:literal, $name:literal is $Enum:ty;)*) => {$(
        #[test]
        fn $test() {
            let wit = include_str!(concat!("../wit/", $file));
            let names: Vec<&str> = <$Enum>::ALL.iter().map(|variant| variant.name()).collect();
            assert_eq!(names, names_in_wit(wit, $name));
            for (number, variant) in <$Enum>::ALL.iter().enumerate() {
                assert_eq!(*variant as usize, number);
                assert_eq!(<$Enum>::_lift(number as u8), *variant);
            }
        }
    )*};
}

vocabulary! {
    container_authorization_is_the_wits:
        "lifecycle.wit", "container-authorization" is ContainerAuthorization;
    destination_is_the_wits: "lifecycle.wit", "destination" is Destination;
    flavour_is_the_wits: "inspector.wit", "flavour" is Flavour;
    healing_is_the_wits: "lifecycle.wit", "healing" is Healing;
    http_method_is_the_wits: "lifecycle.wit", "http-method" is HttpMethod;
    inferred_entity_is_the_wits: "inspector.wit", "inferred-entity" is InferredEntity;
    input_field_is_the_wits: "login.wit", "input-field" is InputField;
    input_rule_is_the_wits: "login.wit", "input-rule" is InputRule;
    login_rule_is_the_wits: "inspector.wit", "login-rule" is LoginRule;
    mount_config_is_the_wits: "inspector.wit", "mount-config" is MountConfig;
    refusal_rule_is_the_wits: "lifecycle.wit", "refusal-rule" is RefusalRule;
    refuser_is_the_wits: "inspector.wit", "refuser" is Refuser;
    request_purpose_is_the_wits: "lifecycle.wit", "request-purpose" is RequestPurpose;
    severity_is_the_wits: "inspector.wit", "severity" is Severity;
    transport_failure_is_the_wits: "lifecycle.wit", "transport-failure" is TransportFailure;
    unique_ids_is_the_wits: "inspector.wit", "unique-ids" is UniqueIds;
}
