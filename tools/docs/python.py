"""Documents the Python package with pdoc: `python python.py FOLDER`, with the package on the path."""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc
import vault_aws_iam_login

# The package imports some of its names when they are first used; pdoc looks for those that are there.
for name in vault_aws_iam_login.__all__:
    setattr(vault_aws_iam_login, name, getattr(vault_aws_iam_login, name))
pdoc.pdoc("vault_aws_iam_login", output_directory=Path(sys.argv[1]))
