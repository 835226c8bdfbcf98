"""`python -m service.cli` is `kutse`."""

from service.cli.main import main

main()
