"""What can go wrong with a file of unsent work; for the operator at the command line."""


class UnsentFileError(Exception):
    """The file cannot be taken in; the message says why and what to do."""
