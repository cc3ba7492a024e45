//! The files beside this one: what real tools printed, with the keys replaced.

use super::read;

const NO_ZONE: &str = "invalid credential document: expected Expiration as in 2030-01-31T12:00:00Z, found a time without its zone";

#[test]
fn document_of_a_real_tool_is_read_with_its_expiry() {
    let table: &[(&str, &[u8], Option<u64>)] = &[
        ("C02.json", include_bytes!("C02.json"), Some(2_062_955_969)),
        ("C04.json", include_bytes!("C04.json"), Some(2_060_891_762)),
        ("C08.json", include_bytes!("C08.json"), Some(2_065_736_069)),
        ("C09.json", include_bytes!("C09.json"), Some(2_052_724_686)),
        ("C10.json", include_bytes!("C10.json"), Some(2_063_895_743)),
        ("C11.json", include_bytes!("C11.json"), Some(2_065_115_602)),
        (
            "C13b.json",
            include_bytes!("C13b.json"),
            Some(2_065_869_445),
        ),
        (
            "C13c.json",
            include_bytes!("C13c.json"),
            Some(2_065_869_445),
        ),
        ("C16.txt", include_bytes!("C16.txt"), Some(2_051_222_400)),
        ("C18.xml", include_bytes!("C18.xml"), Some(2_076_879_623)),
        ("C20.env", include_bytes!("C20.env"), Some(2_051_222_400)),
        (
            "C21-bom.json",
            include_bytes!("C21-bom.json"),
            Some(2_051_222_400),
        ),
        (
            "C21-utf16.json",
            include_bytes!("C21-utf16.json"),
            Some(2_051_222_400),
        ),
        ("C23.json", include_bytes!("C23.json"), Some(2_051_222_400)),
        ("C28.json", include_bytes!("C28.json"), Some(2_082_400_202)),
        ("C30.json", include_bytes!("C30.json"), None),
        ("C32.json", include_bytes!("C32.json"), Some(2_056_592_388)),
    ];
    for (name, document, expiry) in table {
        assert_eq!(read(document), Ok(*expiry), "{name}");
    }
}

#[test]
fn document_of_a_real_tool_is_refused_with_the_reason() {
    let table: &[(&str, &[u8], &str)] = &[
        (
            "C01.json",
            include_bytes!("C01.json"),
            "invalid credential document: expected Expiration as in 2030-01-31T12:00:00Z, found an empty string",
        ),
        ("C03.json", include_bytes!("C03.json"), NO_ZONE),
        (
            "C05.json",
            include_bytes!("C05.json"),
            "invalid credential document: expected the code Success, found `AssumeRoleUnauthorizedAccess`",
        ),
        (
            "C06.json",
            include_bytes!("C06.json"),
            "invalid credential document: expected the code Success, found `InvalidIdInRequest`",
        ),
        (
            "C07.txt",
            include_bytes!("C07.txt"),
            "invalid credential document: expected the code Success, found `AccessDeniedException`",
        ),
        (
            "C27.json",
            include_bytes!("C27.json"),
            "invalid credential document: expected Expiration in seconds up to 253402300799 (year 9999), found a larger number, perhaps milliseconds",
        ),
        (
            "C29.json",
            include_bytes!("C29.json"),
            "invalid credential document: expected the code Success, found `Failed`",
        ),
        (
            "C31.json",
            include_bytes!("C31.json"),
            "invalid credential document: expected AccessKeyId and SecretAccessKey in JSON, in XML or in lines such as export AWS_ACCESS_KEY_ID=…, found a list",
        ),
    ];
    for (name, document, message) in table {
        assert_eq!(read(document).unwrap_err().to_string(), *message, "{name}");
    }
}
