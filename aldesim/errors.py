"""The one error a person at the keyboard should ever see."""


class InputError(ValueError):
    """Something given from outside is wrong: a file, a field, a number, a name.

    The message is one line that names the place, the field, the value and what is allowed.
    The command line prints it and exits with code 2; nothing else is lost.

    Parameters
    ----------
    where : str
        The file, table row, command or argument that holds the value.
    field : str
        Name of the field; empty if the place itself is wrong.
    value : object
        What was found there.
    allowed : str
        What would have been right, unit included.
    """

    def __init__(self, where: str, field: str, value: object, allowed: str):
        self.where, self.field, self.value, self.allowed = where, field, value, allowed
        place = f"{where}: {field}" if field else where
        super().__init__(" ".join(f"{place} = {value!r}: {allowed}".split()))
