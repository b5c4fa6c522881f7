"""The error tree of the domain. Each error is a fact; its text is one sentence and a remedy.

AtsError
├── Refused            a command cannot be carried out as things stand
│   ├── NotFound       a ref, cohort, import or message that is not in the records
│   └── Busy           somebody else holds what is needed; try again
├── FileFault          a file that cannot be read as what it should be
├── ProgrammeFault     a programme file with faults (all of them, with line and key)
├── SettingsFault      a setting that is missing or cannot be used
├── DatabaseFault      the database cannot be opened, or is of another version
│   └── Collision      two transactions stood in each other's way; this one was ended
├── TemplateFault      an e-mail template cannot be rendered
└── DeliveryFault      see ats.outbox.deliver
"""


class AtsError(Exception):
    """Base of everything this product raises on purpose; `str()` is fit for a person to read."""


class Refused(AtsError):
    """The state of the records does not allow this."""


class NotFound(Refused):
    """Nothing in the records has this name."""


class Busy(Refused):
    """Another process holds the lease that this needs."""


class FileFault(AtsError):
    """A file cannot be read as what it should be."""


class ProgrammeFault(AtsError):
    """A programme or closure file has faults; `faults` holds them all."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class SettingsFault(AtsError):
    """A setting is missing or cannot be used."""


class DatabaseFault(AtsError):
    """The database cannot be opened, or its version is not ours."""


class Collision(DatabaseFault):
    """The database ended this transaction because another stood in its way; do it again."""


class TemplateFault(AtsError):
    """An e-mail template cannot be rendered."""


class DeliveryFault(AtsError):
    """A message could not be handed to the mail server."""
