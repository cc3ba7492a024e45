"""Runs the cases of standard input through the Python package, and prints a line for each.

    python package.py COMPONENT
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

from vault_aws_login import Component, Credentials, RoleBindings, ServerProfile, Software


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


def call(component: Component, name: str, request: Any) -> Any:
    time, login, answer = request.get("unix-seconds"), request.get("login-json"), request.get("answer") or {}
    match name:
        case "sign_login":
            options = request["options"]
            return component.sign_login(
                credentials(request["credentials"]),
                role=options.get("role"),
                server_id=options.get("server-id"),
                region=options.get("region"),
                sts_endpoint=variant(options.get("sts-endpoint")),
                time=time,
            )
        case "check_login":
            return component.check_login(login, profile(request.get("server-profile") or {}), time=time)
        case "explain_login":
            return component.explain_login(login)
        case "explain_refusal":
            told = {"date": answer.get("date"), "login": login, "time": time}
            return component.explain_refusal(answer.get("status"), answer.get("body"), **told)
        case "clock_offset":
            return component.clock_offset(answer.get("status"), answer.get("body"), date=answer.get("date"), time=time)
    raise AssertionError(name)


def said(action: Callable[[], Any], *, is_product: bool) -> str:
    try:
        result = action()
    except Exception as error:
        # A traceback shows lines of source and no values.
        return "\n".join([str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)])
    return "" if is_product else f"{result}\n{result!r}"


def main() -> None:
    component = Component.load(sys.argv[1])
    for line in sys.stdin:
        case = json.loads(line)
        texts = {
            name: said(lambda: call(component, name, request), is_product=name == "sign_login")
            for name, request in case["calls"]
            if hasattr(component, name)
        }
        texts |= {
            f"{name} credentials": said(lambda: credentials(request["credentials"]), is_product=False)
            for name, request in case["calls"]
            if name == "sign_login"
        }
        print(json.dumps({"seed": case["seed"], "texts": texts}))


if __name__ == "__main__":
    main()
