"""The committed cases are the generator's."""

from generate_cases import FOLDER, cases, files


def test_committed_cases_are_what_botocore_signs_today() -> None:
    committed = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in FOLDER.rglob("*") if path.is_file()}
    made = files()
    assert sorted(committed) == sorted(made)
    for path, text in made.items():
        assert committed[path] == text, path


def test_each_case_differs_from_every_other() -> None:
    inputs = [str(given) for _, given in cases().values()]
    assert len(inputs) == len(set(inputs)) >= 60
