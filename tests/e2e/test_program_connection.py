"""The program reaches Vault in each way that Vault's own client knows: certificates, names, proxies, headers."""

from __future__ import annotations

import json
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bed import GREETING, Identity, TestBed
from bed.loopback import LOOPBACK, Handler, LoopbackServer
from native_host import agent, login, run
from vault_front import Front

NO_PROXY_HERE = f"http://{LOOPBACK}:9"
PASSWORD = "gateway-Pw7rYt3mWz9pXc2v"


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    made = bed.aws.user()
    bed.vault_role("program", made.arn)
    return made


@pytest.fixture(scope="module")
def client_files(bed: TestBed) -> tuple[str, str]:
    certificate, key = bed.authority.issue_client("program")
    return str(certificate), str(key)


def failed(*words: str, env: dict[str, str], status: int) -> str:
    ended = run("login", "--role", "program", *words, env=env)
    assert (ended.returncode, ended.stdout) == (status, ""), ended.stderr
    return ended.stderr


# TLS


def mutual(bed: TestBed, user: Identity) -> dict[str, str]:
    """The environment of a login at the listener that demands a certificate, and has another name."""
    return user.environment() | {"VAULT_ADDR": bed.vault.mutual_tls_address, "VAULT_CACERT": str(bed.vault.certificate_file)}


def test_client_certificate_and_server_name_are_options_and_variables(
    bed: TestBed, user: Identity, client_files: tuple[str, str]
) -> None:
    certificate, key = client_files
    name = bed.vault.mutual_tls_name
    words = "--client-cert", certificate, "--client-key", key, "--tls-server-name", name
    assert bed.read_greeting(login("--role", "program", *words, env=mutual(bed, user))) == GREETING
    for prefix in ("VAULT", "BAO"):
        own = {f"{prefix}_CLIENT_CERT": certificate, f"{prefix}_CLIENT_KEY": key, f"{prefix}_TLS_SERVER_NAME": name}
        assert bed.read_greeting(login("--role", "program", env=mutual(bed, user) | own)) == GREETING


def test_agent_shows_its_client_certificate_too(
    bed: TestBed, user: Identity, client_files: tuple[str, str], tmp_path: Path
) -> None:
    certificate, key = client_files
    words = "--client-cert", certificate, "--client-key", key, "--tls-server-name", bed.vault.mutual_tls_name
    with agent(tmp_path, "--role", "program", *words, env=mutual(bed, user)) as running:
        assert bed.read_greeting(running.wait_for_token()) == GREETING


def test_server_that_demands_a_certificate_refuses_a_client_without(bed: TestBed, user: Identity) -> None:
    said = failed("--tls-server-name", bed.vault.mutual_tls_name, env=mutual(bed, user), status=4)
    assert said.startswith(f"error: cannot reach {bed.vault.mutual_tls_address}: ")
    assert "received fatal alert: CertificateRequired" in said.splitlines()[0]


def test_certificate_of_another_name_is_refused(bed: TestBed, user: Identity, client_files: tuple[str, str]) -> None:
    certificate, key = client_files
    files = "--client-cert", certificate, "--client-key", key
    for words in (files, (*files, "--tls-server-name", "other.internal")):
        said = failed(*words, env=mutual(bed, user), status=4)
        assert said.startswith(f"error: cannot reach {bed.vault.mutual_tls_address}: ")
        assert "invalid peer certificate" in said


def test_client_certificate_without_its_key_is_refused(
    bed: TestBed, user: Identity, client_files: tuple[str, str], tmp_path: Path
) -> None:
    certificate, key = client_files
    said = failed("--client-cert", certificate, env=mutual(bed, user), status=2)
    assert said.startswith("error: expected --client-key beside --client-cert, found none\n")
    _, other_key = bed.authority.issue_client("other")
    said = failed("--client-cert", certificate, "--client-key", str(other_key), env=mutual(bed, user), status=1)
    assert said.startswith(f"error: expected the key of the certificate {certificate} in {other_key}: ")
    (tmp_path / "locked.pem").write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
    said = failed("--client-cert", certificate, "--client-key", f"{tmp_path}/locked.pem", env=mutual(bed, user), status=1)
    assert said == f"error: expected a PEM private key without a passphrase in {tmp_path}/locked.pem, found none\n"
    # The other way about is no secret on a screen.
    said = failed("--client-cert", key, "--client-key", key, env=mutual(bed, user), status=1)
    assert said == f"error: expected PEM certificates in {key}, found none\n"


def test_folder_of_certificate_authorities_is_trusted(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    folder = tmp_path / "authorities"
    folder.mkdir()
    env = user.environment() | {"VAULT_ADDR": bed.vault.tls_address}
    said = failed("--ca-path", str(folder), env=env, status=1)
    assert said == f"error: expected PEM certificates in the files of {folder}, found none\n"
    (folder / "README").write_text("no certificate\n")
    (folder / "authority.pem").write_bytes(bed.vault.certificate_file.read_bytes())
    # As `openssl rehash` leaves them.
    (folder / "0123abcd.0").symlink_to("authority.pem")
    assert bed.read_greeting(login("--role", "program", "--ca-path", str(folder), env=env)) == GREETING
    assert bed.read_greeting(login("--role", "program", env=env | {"VAULT_CAPATH": str(folder)})) == GREETING
    # A file has precedence, as in Vault's own client.
    strangers = tmp_path / "strangers.pem"
    strangers.write_bytes(Path(bed.authority.issue("stranger.internal")[0]).read_bytes())
    said = failed("--ca-path", str(folder), "--ca-cert", str(strangers), env=env, status=4)
    assert "invalid peer certificate" in said


def test_missing_certificate_files_are_named(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    env = user.environment() | {"VAULT_ADDR": bed.vault.tls_address}
    missing = str(tmp_path / "none.pem")
    assert failed("--ca-cert", missing, env=env, status=1).startswith(f"error: cannot read {missing}: ")
    assert failed("--ca-path", missing, env=env, status=1).startswith(f"error: cannot read the folder {missing}: ")
    words = "--client-cert", missing, "--client-key", missing
    assert failed(*words, env=env, status=1).startswith(f"error: cannot read {missing}: ")


# Proxies


class Tunnels(LoopbackServer):
    """A proxy that answers `CONNECT` and passes on what it cannot read."""

    def __init__(self) -> None:
        proxy = self
        self.targets: list[str] = []
        self.authorizations: list[str | None] = []

        class ConnectHandler(Handler):
            def do_CONNECT(self) -> None:
                self.close_connection = True
                proxy.targets.append(self.path)
                proxy.authorizations.append(self.headers.get("Proxy-Authorization"))
                host, _, port = self.path.rpartition(":")
                with socket.create_connection((host, int(port))) as backend:
                    self.send_response(200, "Connection established")
                    self.end_headers()
                    carry(self.connection, backend)

        super().__init__(ConnectHandler)


def carry(client: socket.socket, backend: socket.socket) -> None:
    while True:
        for source in select.select([client, backend], [], [])[0]:
            data = source.recv(65536)
            if not data:
                return
            (backend if source is client else client).sendall(data)


@pytest.fixture
def tunnels() -> Iterator[Tunnels]:
    proxy = Tunnels()
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


def test_proxy_of_vault_alone_is_an_option_and_a_variable(bed: TestBed, user: Identity, tunnels: Tunnels) -> None:
    # It counts more than the proxy of everything, which leads nowhere here.
    env = user.environment() | {"HTTPS_PROXY": NO_PROXY_HERE, "VAULT_CACERT": str(bed.vault.certificate_file)}
    env["VAULT_ADDR"] = bed.vault.tls_address
    assert bed.read_greeting(login("--role", "program", "--proxy-address", tunnels.url, env=env)) == GREETING
    assert bed.read_greeting(login("--role", "program", env=env | {"VAULT_PROXY_ADDR": tunnels.url})) == GREETING
    assert tunnels.targets == [bed.vault.tls_address.removeprefix("https://")] * 2
    assert failed(env=env, status=4).startswith(f"error: cannot reach {bed.vault.tls_address}: ")


def test_proxy_gets_its_password_and_messages_do_not(bed: TestBed, user: Identity, tunnels: Tunnels) -> None:
    env = bed.environment(user)
    url = tunnels.url.replace("http://", f"http://program:{PASSWORD}@")
    assert bed.read_greeting(login("--role", "program", "--proxy-address", url, env=env)) == GREETING
    assert tunnels.authorizations[0] is not None and tunnels.authorizations[0].startswith("Basic ")
    for wrong in (url.replace(tunnels.url[-5:], "9"), f"nonsense://{PASSWORD}@proxy", f"http://a b{PASSWORD}"):
        ended = run("login", "--role", "program", "--proxy-address", wrong, env=env)
        assert ended.returncode in (2, 4) and PASSWORD not in ended.stdout + ended.stderr


# Headers, the namespace, times


class Gateway(Front):
    """Passes on what has the password, and keeps all headers that came."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.headers: list[dict[str, str]] = []

    def respond(self, request: Handler) -> None:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if request.headers.get("X-Gateway-Password") == PASSWORD:
            super().respond(request)
        else:
            request.body()
            request.answer(403, {}, b"who are you")


def test_headers_pass_a_gateway_as_options_and_as_a_variable(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    with Gateway(bed.vault.address) as gateway:
        env = user.environment() | {"VAULT_ADDR": gateway.url}
        ended = run("login", "--role", "program", env=env)
        assert (ended.returncode, ended.stdout) == (3, "")
        words = "--header", f"X-Gateway-Password={PASSWORD}", "--header", "X-Team=a=b"
        assert bed.read_greeting(login("--role", "program", *words, env=env)) == GREETING
        assert gateway.headers[-1]["x-team"] == "a=b"
        own = {"VAULT_HEADERS": json.dumps({"X-Gateway-Password": PASSWORD})}
        assert bed.read_greeting(login("--role", "program", env=env | own)) == GREETING
        with agent(tmp_path, "--role", "program", env=env | own) as running:
            assert bed.read_greeting(running.wait_for_token()) == GREETING


def test_headers_that_are_not_the_users_are_refused_without_their_values(bed: TestBed, user: Identity) -> None:
    env = bed.environment(user)
    for header in (f"X-Vault-Token={PASSWORD}", f"host={PASSWORD}", f"{PASSWORD}", f"a b={PASSWORD}", f"a={PASSWORD}\n"):
        ended = run("login", "--role", "program", "--header", header, env=env)
        assert ended.returncode == 2 and PASSWORD not in ended.stderr
    ended = run("login", "--role", "program", env=env | {"VAULT_HEADERS": f'{{"a": "{PASSWORD}", "b": 1}}'})
    assert ended.returncode == 2 and PASSWORD not in ended.stderr


def test_headers_are_not_sent_where_a_redirect_leads_to_another_host(bed: TestBed, user: Identity) -> None:
    with Gateway(bed.vault.address) as other:

        class Standby(Handler):
            def do_POST(self) -> None:
                self.body()
                self.answer(307, {"Location": f"{other.url}/v1/auth/aws/login"}, b"")

        standby = LoopbackServer(Standby).start()
        try:
            env = user.environment() | {"VAULT_ADDR": standby.url}
            ended = run("login", "--role", "program", "--header", f"X-Gateway-Password={PASSWORD}", env=env)
        finally:
            standby.stop()
    assert ended.returncode == 3
    assert [headers.get("x-gateway-password") for headers in other.headers] == [None]


def test_address_and_namespace_are_options_which_win_over_their_variables(bed: TestBed, user: Identity) -> None:
    namespace = bed.make_namespace(bed.aws.fresh_name("program"))
    mount = bed.mount_aws("aws", namespace=namespace)
    bed.vault_role("program", user.arn, mount=mount, namespace=namespace)
    env = user.environment() | {"BAO_ADDR": "http://127.0.0.1:9", "VAULT_NAMESPACE": "elsewhere"}
    words = "--address", bed.vault.address, "--namespace", namespace
    token = login("--role", "program", *words, env=env)
    assert bed.read_greeting(token, namespace) == GREETING


@pytest.mark.parametrize("words", [("--timeout", "0.5s"), ("--timeout", "500ms")])
def test_timeout_is_read_as_vaults_own_client_reads_it(user: Identity, words: tuple[str, str]) -> None:
    with socket.create_server((LOOPBACK, 0)) as silent:
        address = f"http://{LOOPBACK}:{silent.getsockname()[1]}"
        said = failed("--address", address, *words, env=user.environment() | {"VAULT_CLIENT_TIMEOUT": "1m30s"}, status=4)
    assert said.startswith(f"error: cannot reach {address}: timeout: global\n")


def test_duration_of_another_form_is_wrong_usage(user: Identity) -> None:
    expected = "error: invalid --timeout: expected a duration such as 90, 1m30s or 3d, found `soon`\n"
    said = failed("--timeout", "soon", env=user.environment(), status=2)
    assert said.startswith(expected)
    assert failed(env=user.environment() | {"VAULT_CLIENT_TIMEOUT": "soon"}, status=2).startswith(expected)


def test_profile_of_the_command_line_is_the_one_that_counts(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    other = bed.aws.user()
    own = f"[profile right]\ncredential_process = cat {tmp_path}/right.json\n"
    document = {"Version": 1, "AccessKeyId": user.access_key_id, "SecretAccessKey": user.secret_access_key}
    (tmp_path / "right.json").write_text(json.dumps(document))
    (tmp_path / "config").write_text(own)
    # The environment's credentials are another user's, whom the role does not know.
    env = bed.environment(other) | {"AWS_CONFIG_FILE": str(tmp_path / "config"), "PATH": os.environ["PATH"]}
    assert bed.read_greeting(login("--role", "program", "--profile", "right", env=env)) == GREETING
    # As in AWS's tools, the variable names one place among those where they look.
    failed(env=env | {"AWS_PROFILE": "right"}, status=3)
    said = failed("--profile", "none", env=env, status=1)
    assert said.startswith("error: found no usable AWS credentials: ")
