"""``python -m caspen_qbo``."""

from caspen_qbo.cli.app import main

main()
