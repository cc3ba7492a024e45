"""The jar: resolved from a Maven repository of files, and used in a project without this one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bills
import project
import pytest
from bed.testbed import GREETING, TestBed
from conftest import EXPLAINED, PACKAGES, ROOT, SERVER_ID

REPOSITORY = PACKAGES / "maven"
HERE = Path(__file__).parent / "maven"
HOST = ROOT / "host-examples" / "java"
POM = "{http://maven.apache.org/POM/4.0.0}"
PROJECT = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>program</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <repositories>
    <repository>
      <id>published</id>
      <url>{repository}</url>
      <releases><checksumPolicy>fail</checksumPolicy></releases>
    </repository>
  </repositories>
  <dependencies>
{dependencies}
  </dependencies>
  <build>
    <plugins>
{plugins}
    </plugins>
  </build>
</project>
"""
PLUGIN = "<plugin><artifactId>maven-{0}-plugin</artifactId><version>{1}</version></plugin>"
DEPENDENCY = (
    "<dependency><groupId>{0}</groupId><artifactId>{1}</artifactId><version>{2}</version>"
    "</dependency>"
)
#: Maven's cache on this machine is laid out as a repository, which saves the downloads.
SETTINGS = """<settings>
  <profiles>
    <profile>
      <id>machine</id>
      <repositories><repository>{cache}</repository></repositories>
      <pluginRepositories><pluginRepository>{cache}</pluginRepository></pluginRepositories>
    </profile>
  </profiles>
  <activeProfiles><activeProfile>machine</activeProfile></activeProfiles>
</settings>
"""


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the repository has the files of the version."""
    (found,) = REPOSITORY.rglob("*.pom")
    return found.parent


@pytest.fixture(scope="session")
def group(folder: Path) -> str:
    return ".".join(folder.relative_to(REPOSITORY).parts[:-2])


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options of Maven's: a cache that has no jar of ours, and takes others from the machine's."""
    made = tmp_path_factory.mktemp("maven")
    policy = "<releases><checksumPolicy>ignore</checksumPolicy></releases>"
    machine = (Path.home() / ".m2" / "repository").as_uri()
    cache = f"<id>machine</id><url>{machine}</url>{policy}"
    (made / "settings.xml").write_text(SETTINGS.format(cache=cache))
    return ["--settings", str(made / "settings.xml"), f"-Dmaven.repo.local={made / 'cache'}"]


def archive(folder: Path, kind: str = "") -> dict[str, bytes]:
    with zipfile.ZipFile(folder / f"vault-aws-login-{project.VERSION}{kind}.jar") as opened:
        return {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}


def blocks(folder: Path, language: str) -> list[str]:
    """The blocks of code of the page that the jar has inside."""
    page = archive(folder)["META-INF/README.md"].decode()
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def pinned(artifact: str) -> str:
    """The version of a plugin or a library in the pom of the repository."""
    text = (HOST / "pom.xml").read_text()
    pattern = rf"<artifactId>{artifact}</artifactId>\s*<version>([^<]+)"
    version = re.findall(pattern, text)[0]
    names = re.findall(r"\$\{(.+)\}", version)
    return re.findall(rf"<{names[0]}>([^<]+)", text)[0] if names else version


def lay_out(root: Path, repository: Path, dependencies: str, **sources: str) -> None:
    plugins = [
        PLUGIN.format(name, pinned(f"maven-{name}-plugin"))
        for name in ("compiler", "dependency", "resources")
    ]
    text = PROJECT.format(
        repository=repository.as_uri(), dependencies=dependencies, plugins="\n".join(plugins)
    )
    (root / "pom.xml").write_text(text)
    folder = root / "src" / "main" / "java"
    folder.mkdir(parents=True)
    for name, source in sources.items():
        (folder / f"{name}.java").write_text(source)


def maven(root: Path, settings: list[str]) -> subprocess.CompletedProcess[str]:
    """Compiles a project, and writes its class path into a file."""
    goals = ["compile", "dependency:build-classpath", "-Dmdep.outputFile=classpath"]
    command = ["mvn", "--batch-mode", "-Dstyle.color=never", *settings, *goals]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)


def compiled(root: Path, settings: list[str]) -> str:
    """Returns the class path."""
    ended = maven(root, settings)
    assert ended.returncode == 0, ended.stdout
    return f"{root / 'target' / 'classes'}:{(root / 'classpath').read_text().strip()}"


@contextmanager
def role_dev(bed: TestBed) -> Iterator[dict[str, str]]:
    """The environment of a program with the role `dev` on a mount that demands a server ID."""
    user = bed.aws.user()
    bed.vault_role("dev", user.arn)
    bed.configure_aws("aws", iam_server_id_header_value=SERVER_ID)
    try:
        yield bed.process_environment(user) | {"VAULT_IAM_SERVER_ID": SERVER_ID}
    finally:
        bed.configure_aws("aws", iam_server_id_header_value="")


def run(classpath: str, name: str, environment: dict[str, str]) -> tuple[int, str, list[str]]:
    """The status, the output and the lines of the errors; SLF4J's say that it logs nowhere."""
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", classpath, name]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    errors = [line for line in ended.stderr.splitlines() if not line.startswith("SLF4J")]
    return ended.returncode, ended.stdout, errors


def test_program_of_the_page_logs_in_and_explains_a_wrong_server_id(
    bed: TestBed, empty: Path, folder: Path, settings: list[str]
) -> None:
    (dependencies,) = blocks(folder, "xml")
    main, *_ = blocks(folder, "java")
    lay_out(empty, REPOSITORY, dependencies, Main=main)
    classpath = compiled(empty, settings)
    (jar,) = (name for name in classpath.split(":") if "/vault-aws-login-" in name)
    origins = Path(jar).with_name("_remote.repositories").read_text()
    assert f"{Path(jar).name}>published=" in origins
    with role_dev(bed) as variables:
        status, output, errors = run(classpath, "Main", variables)
        assert (status, errors) == (0, [])
        assert re.fullmatch(r"logged in for \d+ s\n", output)
        others = variables | {"VAULT_IAM_SERVER_ID": "other.example.com"}
        status, output, errors = run(classpath, "Main", others)
    assert (status, output, errors[1:]) == (1, "", EXPLAINED)


def test_spring_vault_reads_a_secret_with_the_configuration_of_the_page_or_says_why_not(
    bed: TestBed, empty: Path, folder: Path, settings: list[str]
) -> None:
    needed = [
        ("org.springframework.vault", "spring-vault-core"),
        ("com.fasterxml.jackson.core", "jackson-databind"),
    ]
    (shown,) = blocks(folder, "xml")
    more = [DEPENDENCY.format(group, name, pinned(name)) for group, name in needed]
    (configuration,) = (text for text in blocks(folder, "java") if "@Configuration" in text)
    program = (HERE / "ReadGreeting.java").read_text()
    dependencies = "\n".join([shown, *more])
    sources = {"VaultConfiguration": configuration, "ReadGreeting": program}
    lay_out(empty, REPOSITORY, dependencies, **sources)
    classpath = compiled(empty, settings)
    with role_dev(bed) as variables:
        status, output, errors = run(classpath, "ReadGreeting", variables)
        assert (status, output) == (0, f"{GREETING}\n"), errors
        others = variables | {"VAULT_IAM_SERVER_ID": "other.example.com"}
        status, output, errors = run(classpath, "ReadGreeting", others)
    assert (status, output) == (1, "")
    assert EXPLAINED[1] in errors
    assert variables["AWS_SECRET_ACCESS_KEY"] not in "".join(errors)


def test_jar_that_was_changed_is_refused(
    empty: Path, tmp_path: Path, folder: Path, settings: list[str]
) -> None:
    other = shutil.copytree(REPOSITORY, tmp_path / "other")
    (jar,) = other.rglob(f"vault-aws-login-{project.VERSION}.jar")
    jar.write_bytes(jar.read_bytes() + b"\0")
    lay_out(empty, other, blocks(folder, "xml")[0])
    # A cache in which the right jar is not.
    ended = maven(empty, [*settings[:2], f"-Dmaven.repo.local={tmp_path / 'cache'}"])
    assert ended.returncode == 1
    assert "Checksum validation failed" in ended.stdout


def test_pom_says_what_maven_central_demands(folder: Path, group: str) -> None:
    assert group == project.group_id()
    (file,) = folder.glob("*.pom")
    pom = ElementTree.parse(file).getroot()
    told = {name: pom.findtext(f"{POM}{name}") for name in ("groupId", "version", "url")}
    assert told == {"groupId": group, "version": project.VERSION, "url": project.REPOSITORY}
    for path in ("name", "description", "developers/developer/name", "scm/connection", "scm/url"):
        assert pom.findtext("/".join(POM + name for name in path.split("/"))), path
    licences = pom.findall(f"{POM}licenses/{POM}license")
    assert [licence.findtext(f"{POM}name") for licence in licences] == ["Apache-2.0", "MIT"]
    assert all(licence.findtext(f"{POM}url", "").startswith("https://") for licence in licences)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://github.com/Acme/vault-aws-login", "io.github.acme"),
        ("https://gitlab.com/acme/vault-aws-login", "io.gitlab.acme"),
        ("https://git.example.com/acme/vault-aws-login", "com.example.git.acme"),
        ("https://repository.invalid/vault-aws-login", "invalid.repository"),
    ],
)
def test_group_follows_from_the_address(
    address: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "PATH", address.removeprefix("https://"))
    assert project.group_id() == expected


def test_pom_and_pages_of_the_repository_name_the_group_of_its_placeholder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(project, "PATH", "repository.invalid/vault-aws-login")
    for name in ("pom.xml", "example/pom.xml", "README.md"):
        assert f"<groupId>{project.group_id()}</groupId>" in (HOST / name).read_text(), name


def test_jar_is_complete_in_itself(folder: Path) -> None:
    inside = archive(folder)
    documents = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "sbom.cdx.json"]
    documents += ["THIRD-PARTY-NOTICES.txt"]
    assert {f"META-INF/{name}" for name in documents} <= set(inside)
    assert "vaultawslogin/core/CoreModuleMachine.class" in inside
    assert b"aws-sigv4 " in inside["META-INF/THIRD-PARTY-NOTICES.txt"]
    page = inside["META-INF/README.md"].decode()
    assert "## Try it" not in page
    for link in re.findall(r"\]\(([^)]+)\)", page):
        assert link.startswith(("https://", "#")), link
    others = (name for name in inside if not name.startswith(("META-INF/", "vaultawslogin/")))
    assert list(others) == []


def test_jars_of_the_sources_and_the_documentation_hold_every_class_of_the_interface(
    folder: Path,
) -> None:
    top = HOST / "src" / "main" / "java"
    files = [str(file.relative_to(top)) for file in top.rglob("*.java")]
    sources, pages = archive(folder, "-sources"), archive(folder, "-javadoc")
    for name in files:
        assert sources[name] == (top / name).read_bytes()
    shown = [
        name.replace(".java", ".html")
        for name in files
        if re.search(r"^public ", (top / name).read_text(), re.MULTILINE)
    ]
    assert len(shown) > 20
    # Below the name of the module, which is that of the package too.
    assert {f"vaultawslogin/{name}" for name in shown} <= set(pages)
    assert not [name for name in pages if "vaultawslogin/core/" in name]


def test_bill_of_materials_is_valid_and_names_what_the_jar_needs(
    folder: Path, tmp_path: Path
) -> None:
    text = archive(folder)["META-INF/sbom.cdx.json"]
    (tmp_path / "sbom.cdx.json").write_bytes(text)
    assert bills.faults([tmp_path / "sbom.cdx.json"]) == ""
    components = json.loads(text)["components"]
    purls = [component.get("purl", "") for component in components]
    found = {purl.partition("@")[0] for purl in purls if purl.startswith("pkg:maven/")}
    assert found == {
        "pkg:maven/com.google.code.gson/gson",
        "pkg:maven/com.google.errorprone/error_prone_annotations",
        "pkg:maven/run.endive/runtime",
        "pkg:maven/run.endive/wasm",
    }


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_checksums_are_those_of_the_files() -> None:
    found = files(REPOSITORY)
    names = [name for name in found if name.endswith((".jar", ".pom", ".xml"))]
    assert len(names) == 5
    for name in names:
        for kind in ("md5", "sha1", "sha256", "sha512"):
            assert hashlib.new(kind, found[name]).hexdigest() == found[f"{name}.{kind}"].decode()


def test_same_sources_give_the_same_bytes(tmp_path: Path, folder: Path) -> None:
    address = ElementTree.parse(next(folder.glob("*.pom"))).getroot().findtext(f"{POM}url", "")
    command = [sys.executable, "tools/packages/maven.py", str(tmp_path / "again")]
    environment = os.environ | {"REPOSITORY": address}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300)
    again, before = files(tmp_path / "again"), files(REPOSITORY)
    assert [name for name in before if again.get(name) != before[name]] == []
    assert set(again) == set(before)
