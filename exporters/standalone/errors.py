"""What can go wrong when an exported model is opened or asked. Every message is a sentence for who sees it."""


class NotAPackage(Exception):
    """The folder is damaged, too large or was not made by this program."""


class Unreadable(Exception):
    """One sample cannot be read; the message is for the person who sent it."""


class TooManyRows(Unreadable):
    """A table has more rows than are taken at once."""
