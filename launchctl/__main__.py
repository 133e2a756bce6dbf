"""``python -m launchctl`` is the same program as ``launch``."""

from launchctl.cli import main

if __name__ == "__main__":
    main()
