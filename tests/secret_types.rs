//! A type that holds a secret cannot be compared: `==` stops at the first difference, and so shows
//! how much was right.

use vault_aws_login::Credentials;
use vault_aws_login::session::{Action, Header, Lease, Request, Response, Session};

/// Is ambiguous, and does not compile, for a type that can be compared.
trait Incomparable<Reason> {
    const PROVEN: () = ();
}

impl<T> Incomparable<()> for T {}

struct Compared;

impl<T: PartialEq> Incomparable<Compared> for T {}

#[test]
fn types_that_hold_a_secret_have_no_partial_eq() {
    // A type that gains one is an error of the compiler here.
    let () = <Credentials as Incomparable<_>>::PROVEN;
    let () = <Header as Incomparable<_>>::PROVEN;
    let () = <Request as Incomparable<_>>::PROVEN;
    let () = <Response as Incomparable<_>>::PROVEN;
    let () = <Lease as Incomparable<_>>::PROVEN;
    let () = <Action as Incomparable<_>>::PROVEN;
    let () = <Session as Incomparable<_>>::PROVEN;
}
