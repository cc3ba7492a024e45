"""The committed vectors are the generator's."""

from generate_hosts import FILE, text


def test_committed_vectors_are_what_botocore_signs_today() -> None:
    assert FILE.read_text() == text()
