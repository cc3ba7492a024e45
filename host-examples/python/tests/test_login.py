"""A login by hand: what is sent, what is followed, what an exception says."""

from __future__ import annotations

import json
import re
import ssl
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from conftest import Answer, Request, Serve, granted, refused
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vault_aws_iam_login import Credentials, LoginError, Module, Token, VaultError, login
from vault_aws_iam_login.server import server as read_address

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", SECRET)
WRONG_SERVER_ID = (
    "error validating X-Vault-AWS-IAM-Server-ID header: "
    'expected "vault.example.com" but got "other"'
)


def redirect(location: str | None, status: int = 307) -> Answer:
    headers = {} if location is None else {"Location": location}
    return lambda request: request.text(status, "", **headers)


def refusal(url: str, module: Module, **options: Any) -> VaultError:
    with pytest.raises(VaultError) as raised:
        login(url, EXAMPLE, module=module, **options)
    # No exception of Python's own is behind it: those hold what a server sent.
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    return raised.value


def test_login_is_posted_to_the_mount_with_the_headers_that_vault_wants(
    serve: Serve, module: Module
) -> None:
    server = serve(granted(warnings=["short", "lease"]))
    token = login(
        f"{server.url}/",
        lambda: EXAMPLE,
        role="dev",
        mount="team/aws/",
        namespace="ns1",
        module=module,
    )
    assert token == Token(
        token="hvs.example",
        lease_seconds=600,
        renewable=True,
        accessor="a1",
        policies=["default", "dev"],
        metadata={"account_id": "123456789012"},
        warnings="short; lease",
    )
    (request,) = server.requests
    assert (request.command, request.path) == ("POST", "/v1/auth/team/aws/login")
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Vault-Request"] == "true"
    assert request.headers["X-Vault-Namespace"] == "ns1"
    assert request.headers["Host"] == server.url.removeprefix("http://")
    assert json.loads(request.body)["role"] == "dev"


def test_repr_of_a_token_shows_nothing_of_the_servers_but_its_quoted_warnings() -> None:
    token = Token("hvs.example", 60, True, "accessor", ["policy"], {"a": "metadata"}, "short lease")
    assert repr(token) == "Token(lease_seconds=60, renewable=True, warnings='short lease')"


def test_one_redirect_is_followed_with_the_same_body_and_a_second_is_not(
    serve: Serve, module: Module
) -> None:
    server = serve(redirect("/v1/elsewhere?a=b"), granted())
    assert login(server.url, EXAMPLE, module=module).token == "hvs.example"
    assert server.paths == ["/v1/auth/aws/login", "/v1/elsewhere?a=b"]
    assert server.requests[0].body == server.requests[1].body

    again = serve(redirect("/v1/again"))
    error = refusal(again.url, module)
    assert error.message == (
        f"expected an answer from where {again.url} redirects to, found a second redirect"
    )
    assert (len(again.requests), error.status) == (2, 307)


def test_redirect_to_another_server_is_followed_once(serve: Serve, module: Module) -> None:
    active = serve(granted())
    standby = serve(redirect(f"{active.url}/v1/auth/aws/login"))
    assert login(standby.url, EXAMPLE, module=module).token == "hvs.example"
    assert active.paths == ["/v1/auth/aws/login"]


@pytest.mark.parametrize("status", [301, 302, 303, 308])
def test_other_redirects_are_refusals(serve: Serve, module: Module, status: int) -> None:
    server = serve(redirect("/x", status))
    error = refusal(server.url, module)
    assert error.message.splitlines()[0] == f"Vault refused the login with status {status}"
    assert error.refusal is not None and error.refusal.rule == "answer-redirected"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("location", "found"),
    [
        (None, "none"),
        ("ftp://example.com/hvs.secretsecret", "something else"),
        ("http://[hvs.secretsecret", "something else"),
        ("http://user:hvs.secretsecret@127.0.0.1/", "something else"),
        ("elsewhere", "something else"),
        ("//127.0.0.1:99999999/", "something else"),
    ],
)
def test_redirect_to_no_url_is_refused_without_showing_it(
    serve: Serve, module: Module, location: str | None, found: str
) -> None:
    server = serve(redirect(location))
    error = refusal(server.url, module)
    assert error.message == f"expected a URL with the redirect of {server.url}, found {found}"


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (400, '{"errors":["a","b"]}', "Vault refused the login with status 400: a; b"),
        (503, '{"errors":[]}', "Vault refused the login with status 503"),
        (
            502,
            "<p>\x1b[31mBad gateway\nand more",
            "Vault refused the login with status 502: <p>\\u{1b}[31mBad gateway\\nand more",
        ),
        (
            200,
            "hello",
            "expected a token from Vault, found an answer without one (status 200): hello",
        ),
        (200, "[" * 100_000, "expected a token from Vault, found an answer without one"),
        (
            200,
            '{"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"1"}}}',
            "expected a token from Vault, found that it asks for a second factor (MFA)",
        ),
        (
            200,
            '{"auth":{"client_token":"hvs.1\\n"}}',
            "expected a token of visible ASCII characters from Vault, found another",
        ),
        (
            200,
            '{"auth":{"client_token":7}}',
            "expected a token of visible ASCII characters from Vault, found another",
        ),
    ],
)
def test_refusal_has_vaults_status_and_its_words_as_the_inspector_quotes_them(
    serve: Serve, module: Module, status: int, body: str, message: str
) -> None:
    error = refusal(serve(lambda request: request.text(status, body)).url, module)
    assert error.message.splitlines()[0].startswith(message)
    assert (error.status, error.failure) == (status, None)
    assert error.refusal is not None


def test_wrong_server_id_is_explained_under_vaults_words(serve: Serve, module: Module) -> None:
    error = refusal(serve(refused(WRONG_SERVER_ID)).url, module, server_id="other")
    explained = error.refusal
    assert explained is not None
    assert (explained.refused_by, explained.rule) == ("vault", "server-id-differs")
    assert explained.expected_server_id == "vault.example.com"
    assert str(error).splitlines() == [
        f"Vault refused the login with status 400: {WRONG_SERVER_ID}",
        explained.message,
        f"on the client: {explained.client_fix}",
        f"on the server: {explained.server_fix}",
    ]


def test_answer_past_1_mib_is_not_read(serve: Serve, module: Module) -> None:
    server = serve(lambda request: request.text(200, " " * (1024 * 1024 + 1)))
    error = refusal(server.url, module)
    assert error.failure == "answer-too-large"
    assert error.message == (
        f"no answer from {server.url}: expected an answer of at most 1048576 bytes, found more"
    )


def drip(request: Request) -> None:
    """An answer that comes a byte at a time: each read is quick, all together are not."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(200):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.02)


@pytest.mark.parametrize("kind", ["no answer", "a head that drips", "a body that stops"])
def test_time_limit_is_for_the_whole_exchange(serve: Serve, module: Module, kind: str) -> None:
    def silent(request: Request) -> None:
        server.over.wait(20)

    def stop(request: Request) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
        request.wfile.flush()
        server.over.wait(20)

    server = serve(
        {"no answer": silent, "a head that drips": drip, "a body that stops": stop}[kind]
    )
    started = time.monotonic()
    error = refusal(server.url, module, timeout=0.3)
    assert time.monotonic() - started < 3
    assert error.failure == "timed-out"
    assert error.message == f"no answer from {server.url}: the server did not answer in time"


@pytest.mark.parametrize(
    ("sent", "failure", "reason"),
    [
        (b"", "interrupted", "the connection ended before the answer did"),
        (b"hvs.secretsecret\r\n\r\n", "interrupted", "the answer is not HTTP"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{",
            "interrupted",
            "the connection ended before the answer did",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{",
            "interrupted",
            "the connection ended before the answer did",
        ),
    ],
)
def test_answer_that_is_cut_off_or_no_http_is_named_without_its_bytes(
    serve: Serve, module: Module, sent: bytes, failure: str, reason: str
) -> None:
    def answer(request: Request) -> None:
        request.wfile.write(sent)
        request.close_connection = True

    server = serve(answer)
    error = refusal(server.url, module)
    assert (error.failure, error.message) == (failure, f"no answer from {server.url}: {reason}")


def test_unreachable_server_is_named_with_the_reason(module: Module) -> None:
    error = refusal("http://127.0.0.1:1", module)
    assert error.message == "no answer from http://127.0.0.1:1: connection refused"
    assert error.failure == "unreachable"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://vault.example.com:8200", "https://vault.example.com:8200"),
        ("https://gateway.example.com/hidden-path", "https://gateway.example.com"),
        ("http://[::1]:8200", "http://[::1]:8200"),
        (f"https://{SECRET}", "https://…"),
        (f"https://vault.example.com/{SECRET}", "https://…"),
        (f"http://{SECRET.replace('/', '')}:8200", "http://…:8200"),
        ("http://hvs.CAESIJaaaaaaaaaaaaaaaaaaaaaaa.example.com", "http://…"),
        ("http://akiaiosfodnn7example", "http://…"),
        ("http://a_b", "http://…"),
    ],
)
def test_address_is_shown_as_scheme_host_and_port_and_only_a_host_that_looks_like_one(
    address: str, shown: str
) -> None:
    found = read_address(address)
    assert found.shown == shown
    host = "…" if "…" in shown else found.host
    assert found.shown_reason(f"no\nsuch host {found.host}.") == f"no such host {host}."


@pytest.mark.parametrize(
    "address",
    [
        "vault.example.com:8200",
        "http://user:hush@127.0.0.1",
        "http://127.0.0.1?hush",
        "http://127.0.0.1#hush",
        "http://127.0.0.1/a b",
        "http://127.0.0.1\n",
        "http://127.0.0.1/hush%",
        "http://127.0.0.1:99999",
        "http://",
        "ftp://127.0.0.1",
        "",
    ],
)
def test_address_that_is_no_url_is_refused_without_showing_it(address: str, module: Module) -> None:
    with pytest.raises(ValueError, match=r"^invalid vault_addr: expected a URL such as") as raised:
        login(address, EXAMPLE, module=module)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "rule", "field"),
    [
        ({"role": ""}, "empty-value", "role"),
        ({"mount": ".."}, "mount-malformed", "mount"),
        ({"mount": ""}, "empty-value", "mount"),
        ({"mount": "aws?x"}, "illegal-character", "mount"),
        ({"namespace": "a\r\nb: c"}, "illegal-character", "namespace"),
        ({"region": "US EAST"}, "illegal-character", "region"),
    ],
)
def test_bad_setting_is_refused_and_nothing_is_sent(
    serve: Serve, module: Module, options: dict[str, str], rule: str, field: str
) -> None:
    server = serve(granted())
    with pytest.raises(LoginError) as raised:
        login(server.url, EXAMPLE, module=module, **options)  # type: ignore[arg-type]
    assert (raised.value.rule, raised.value.field) == (rule, field)
    assert server.requests == []


def test_login_goes_below_the_path_of_the_address(serve: Serve, module: Module) -> None:
    server = serve(granted())
    login(f"{server.url}/team/vault/", EXAMPLE, module=module)
    assert server.paths == ["/team/vault/v1/auth/aws/login"]


def test_eight_logins_at_once_each_have_their_own_role(serve: Serve, module: Module) -> None:
    server = serve(granted())
    roles = [f"role-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda role: login(server.url, EXAMPLE, role=role, module=module), roles))
    assert sorted(json.loads(request.body)["role"] for request in server.requests) == roles


def test_no_frame_of_an_exception_has_a_secret_in_its_variables(
    serve: Serve, module: Module
) -> None:
    """Tools that report errors send the variables of each frame along."""
    server = serve(lambda request: request.text(403, request.body.decode()))
    temporary = Credentials("ASIAIOSFODNN7EXAMPLE", SECRET, "IQoJb3JpZ2luX2VjEPv7kq2Zt5Lw9Rn3Hs8")
    hidden = [SECRET, str(temporary.session_token)]

    def shown(error: BaseException) -> str:
        # Without this test's own frame, which has the secrets.
        frames = list(traceback.walk_tb(error.__traceback__))[1:]
        assert frames
        return "\n".join(repr(frame.f_locals) for frame, _ in frames)

    with pytest.raises(VaultError) as vault:
        login(server.url, lambda: temporary, role="dev", module=module)
    sent = json.loads(server.requests[0].body)["iam_request_headers"]
    with pytest.raises(LoginError) as rule:
        login(server.url, Credentials("ASIAIOSFODNN7EXAMPLE", SECRET), module=module)
    with pytest.raises(LoginError) as key:
        login(server.url, Credentials("AKIAIOSFODNN7EXAMPLE", SECRET + " "), module=module)
    with pytest.raises(TypeError) as kind:
        login(server.url, Credentials("AKIA", SECRET.encode()), module=module)  # type: ignore[arg-type]
    for error in (vault, rule, key, kind):
        for secret in (*hidden, sent):
            assert secret not in shown(error.value)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that is its own authority, and a server's settings with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "ca.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = tmp_path / "key.pem"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return file, context


def test_certificate_authority_is_trusted_only_if_it_is_given(
    serve: Serve, module: Module, authority: tuple[Path, ssl.SSLContext]
) -> None:
    file, context = authority
    server = serve(granted(), tls=context)
    trusting = ssl.create_default_context(cafile=file)
    assert login(server.url, EXAMPLE, tls=trusting, module=module).token == "hvs.example"
    error = refusal(server.url, module)
    assert error.failure == "untrusted"
    assert re.match(
        r"no answer from https://127.*: the server's certificate is not trusted: self", str(error)
    )
    assert len(server.requests) == 1


def test_redirect_from_https_to_http_is_refused_before_anything_is_sent_there(
    serve: Serve, module: Module, authority: tuple[Path, ssl.SSLContext]
) -> None:
    file, context = authority
    plain = serve(granted())
    server = serve(redirect(f"{plain.url}/v1/auth/aws/login"), tls=context)
    error = refusal(server.url, module, tls=ssl.create_default_context(cafile=file))
    assert error.message == (
        f"expected a redirect from {server.url} to stay on https://, found one that does not"
    )
    assert plain.requests == []


def test_http_where_https_is_asked_for_is_an_untrusted_server(serve: Serve, module: Module) -> None:
    server = serve(granted())
    error = refusal(server.url.replace("http:", "https:"), module, timeout=5)
    assert error.failure == "untrusted"
    assert ": TLS failed: " in error.message
