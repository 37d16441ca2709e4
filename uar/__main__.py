"""`python -m uar` is `uar`."""

from uar.cli import main

main()
