"""What can go wrong in an export, as one tree.

ExportError
├── NothingToExport    there is no finished model at the place that was named
├── NotExportable      the model holds a part that this target cannot express
├── ParityError        the exported model disagrees with the model it was made from
├── NotWritable        the files cannot be written: a full disk, a folder that may not be changed
├── NotOurs            a file to be opened is damaged, hostile or was not made by this program
├── ContainerFailed    docker or podman did not do what was asked
└── NotInstallable     the clean environment that a package is verified in cannot be made

Every message says what happened, what was done and what the person can do.
"""


class ExportError(Exception):
    """Something the person can be told in one sentence."""


class NothingToExport(ExportError):
    """There is no finished model at the place that was named."""


class NotExportable(ExportError):
    """The model holds a part that this target cannot express."""


class ParityError(ExportError):
    """The exported model disagrees with the model it was made from."""


class NotWritable(ExportError):
    """The files cannot be written."""


class NotOurs(ExportError):
    """A file to be opened is damaged, hostile or was not made by this program."""


class ContainerFailed(ExportError):
    """Docker or podman did not do what was asked."""


class NotInstallable(ExportError):
    """The clean environment cannot be made."""
