"""Runs the cases of standard input through the Python package, and prints a line for each.

    python package.py MODULE

Each case's servers are a server of this process, since a package in Python takes no other transport.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from planted_secrets import Case, HostileServer  # noqa: E402
from vault_aws_iam_login import (  # noqa: E402
    AssumeRole,
    ContainerEndpoint,
    Credentials,
    InstanceMetadata,
    Module,
    RoleBindings,
    ServerProfile,
    Session,
    Software,
    WebIdentity,
    login,
)

#: How many cases run at once, because sessions wait.
AT_ONCE = 32
VAULT = "https://vault.example.com:8200"


def variant(value: Any) -> Any:
    """Undoes the contract's variants: the package's own types are simpler."""
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


def credentials(given: Any) -> Credentials:
    return Credentials(given.get("access-key-id"), given.get("secret-access-key"), given.get("session-token"))


def profile(given: Any) -> ServerProfile:
    server, role = given.get("server-id"), given.get("role")
    if isinstance(role, dict) and "iam" in role:
        iam = role["iam"]
        role = RoleBindings(iam.get("principal-arns"), iam.get("unique-ids"), iam.get("inferred-entity"))
    software = {name: given.get(name) and Software(given[name].get("flavour"), given[name].get("version")) for name in ("core", "auth-plugin")}
    return ServerProfile(
        server_id="" if server == "not-required" else variant(server),
        sts_endpoint=variant(given.get("sts-endpoint")),
        allowed_headers=given.get("allowed-headers"),
        mount_config=given.get("mount-config"),
        core=software["core"],
        auth_plugin=software["auth-plugin"],
        caller_arn=given.get("caller-arn"),
        role=role,
    )


def call(module: Module, name: str, request: Any) -> Any:
    time, login, answer = request.get("unix-seconds"), request.get("login-json"), request.get("answer") or {}
    match name:
        case "sign_login":
            options = request["options"]
            return module.sign_login(
                credentials(request["credentials"]),
                role=options.get("role"),
                server_id=options.get("server-id"),
                region=options.get("region"),
                sts_endpoint=variant(options.get("sts-endpoint")),
                time=time,
            )
        case "check_login":
            return module.check_login(login, profile(request.get("server-profile") or {}), time=time)
        case "explain_login":
            return module.explain_login(login)
        case "explain_refusal":
            told = {"date": answer.get("date"), "login": login, "time": time}
            return module.explain_refusal(answer.get("status"), answer.get("body"), **told)
        case "explain_pasted":
            return module.explain_pasted(request.get("text"), status=request.get("status"), login=login, time=time)
        case "clock_offset":
            return module.clock_offset(answer.get("status"), answer.get("body"), date=answer.get("date"), time=time)
    raise AssertionError(name)


def source(config: dict[str, Any], session: dict[str, Any], url: str) -> Any:
    """The source of the case; where it is a good one, at the case's server."""

    def token() -> str:
        return session["authorization-token"]

    match config.get("credential-source"):
        case "instance-metadata":
            return InstanceMetadata(url)
        case {"container-endpoint": {"uri": uri, "authorization": authorization}}:
            local = f"{url}/credentials" if isinstance(uri, str) and uri.startswith(("/", "http")) else uri
            return ContainerEndpoint(local, token if authorization == "token" else None)
        case {"web-identity": given}:
            # Both, because a good one would be asked for real.
            region, endpoint = given.get("region"), variant(given.get("sts-endpoint")) or url
            local = url if str(endpoint).startswith("http") else endpoint
            return WebIdentity(given.get("role-arn"), given.get("role-session-name"), token, region, local)
    return lambda: credentials(session["credentials"])


def assumed(given: dict[str, Any] | None, url: str) -> AssumeRole | None:
    """The role of the case, assumed at the case's server."""
    if given is None:
        return None
    endpoint = variant(given.get("sts-endpoint")) or url
    return AssumeRole(
        given.get("role-arn"),
        given.get("role-session-name"),
        given.get("external-id"),
        given.get("duration-seconds"),
        given.get("region"),
        url if str(endpoint).startswith("http") else endpoint,
    )


def run_session(module: Module, case: Case, url: str, say: Callable[[str, Any], None]) -> None:
    """Runs a session until it has said something, and logs in by hand."""
    session = case.session
    assert session is not None
    config = session["config"]
    address = session["vault-address"].replace(VAULT, url)
    given = config.get("login") or {}
    options = {
        "role": given.get("role"),
        "server_id": given.get("server-id"),
        "region": given.get("region"),
        "sts_endpoint": variant(given.get("sts-endpoint")),
        "mount": config.get("mount"),
        "namespace": config.get("namespace"),
        "module": module,
    }
    done = threading.Event()

    def heard(place: str) -> Callable[..., None]:
        def listener(*news: Any) -> None:
            say(place, news)
            done.set()

        return listener

    try:
        with Session(
            address,
            source(config, session, url),
            assume_role=assumed(config.get("assume-role"), url),
            back_off_cap=1,
            # What they are told but the token itself is what a user would log.
            on_token=heard("session"),
            on_token_ended=heard("session"),
            on_refusal=heard("refusal"),
            on_clock_correction=heard("clock correction"),
            on_credential_error=heard("credential error"),
            **options,
        ) as running:
            done.wait(3)
            running.token_refused()
            say("session", running)
            try:
                running.token(timeout=0.02)
            except Exception as error:
                say("token", error)
    except Exception as error:
        say("session", error)
    try:
        granted = login(address, credentials(session["credentials"]), timeout=2, **options)
        say("warnings", granted)
    except Exception as error:
        say("login", error)


def texts(value: Any) -> str:
    """Everything that a value shows."""
    if isinstance(value, Exception):
        # A traceback shows lines of source and no values.
        shown = [str(value), repr(value), repr(vars(value)), *traceback.format_exception(value)]
        return "\n".join(shown)
    return f"{value}\n{value!r}"


def run_case(module: Module, case: Case, url: str) -> dict[str, str]:
    """Runs one case and returns its texts by place."""
    said: dict[str, list[str]] = {}

    def say(place: str, value: Any) -> None:
        said.setdefault(place, []).append(texts(value))

    for name, request in case.calls:
        try:
            result = call(module, name, request)
            if name == "sign_login":
                say("credentials", credentials(request["credentials"]))
            else:
                say(name, result)
        except Exception as error:
            say(name, error)
    if case.session:
        run_session(module, case, url, say)
    return {place: "\n".join(shown) for place, shown in said.items()}


def main() -> None:
    module = Module.load(sys.argv[1])
    waiting: queue.SimpleQueue[Case] = queue.SimpleQueue()
    for line in sys.stdin:
        waiting.put(Case(**json.loads(line)))
    printing = threading.Lock()

    def work() -> None:
        current: list[Case] = []
        with HostileServer(lambda host, path: current[0]) as server:
            while not waiting.empty():
                try:
                    current[:] = [waiting.get_nowait()]
                except queue.Empty:
                    return
                said = run_case(module, current[0], server.url)
                with printing:
                    print(json.dumps({"seed": current[0].seed, "texts": said}), flush=True)

    workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
