"""The command line: the composition root."""


def main() -> None:
    """Run ``launch``."""
    raise NotImplementedError
