"""Where a compressed model is to run, and what the person asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from exporters.errors import ExportError

POINT = 0.01


class Device(StrEnum):
    """A kind of device, chosen before anything is made."""

    COMPUTER = "computer"
    BOARD = "board"
    PHONE = "phone"
    BROWSER = "browser"

    @property
    def words(self) -> str:
        """The device in words."""
        return _WORDS[self]

    @property
    def here(self) -> bool:
        """Whether times that are measured on this computer are those of the device."""
        return self is Device.COMPUTER

    @property
    def small(self) -> bool:
        """Whether the device is so much slower than a computer that a still smaller network is worth its teaching."""
        return not self.here

    @property
    def signed(self) -> bool:
        """Whether activations are signed in 8 bits, as the kernels for ARM like them, rather than unsigned."""
        return self in (Device.BOARD, Device.PHONE)


_WORDS = {
    Device.COMPUTER: "this computer",
    Device.BOARD: "a small ARM board",
    Device.PHONE: "a phone",
    Device.BROWSER: "a browser",
}


DEVICES = tuple(device.value for device in Device)


def number(text: str) -> float:
    """Return a number that was typed.

    Raises:
        ValueError: it is none.

    >>> number("1.5")
    1.5
    """
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"a number was expected, but got {text!r}") from error


@dataclass(frozen=True)
class EdgeOptions:
    """What is asked of the artefact.

    ``max_loss`` is how much of the accuracy (of R² for numbers) may be lost, as a share: 0.01 is one point.
    ``max_latency_ms`` is the most that one answer may take on this computer, None for any time. ``seconds`` is how long
    small networks may be taught by the model, all together; 0 leaves that out.
    """

    device: Device = Device.COMPUTER
    max_loss: float = POINT
    max_latency_ms: float | None = None
    seconds: float = 240.0

    @property
    def prunes(self) -> bool:
        """Whether half of that time goes into a pruned network: the device is small, or answers have to be quick."""
        return self.device.small or self.max_latency_ms is not None

    @classmethod
    def of(
        cls,
        device: str | None = None,
        max_loss: float | None = None,
        max_latency_ms: float | None = None,
        seconds: float | None = None,
    ) -> EdgeOptions:
        """Return the options for what was said, ``max_loss`` in points; None where nothing was.

        Raises:
            ExportError: there is no such target, or a limit makes no sense.
        """
        usual = cls()
        if device is not None and device not in DEVICES:
            raise ExportError(
                f"Models are compressed for {', '.join(DEVICES)}, but got {device!r}. Nothing was exported."
            )
        if max_loss is not None and not 0.0 <= max_loss <= 100.0:
            raise ExportError(f"The accuracy to lose is 0 to 100 points, but got {max_loss:g}. Nothing was exported.")
        if max_latency_ms is not None and not max_latency_ms > 0.0:
            raise ExportError(
                f"An answer takes more than 0 milliseconds, but got {max_latency_ms:g}. Nothing was exported."
            )
        if seconds is not None and not seconds >= 0.0:
            raise ExportError(f"Teaching takes 0 seconds or more, but got {seconds:g}. Nothing was exported.")
        return cls(
            device=usual.device if device is None else Device(device),
            max_loss=usual.max_loss if max_loss is None else max_loss * POINT,
            max_latency_ms=max_latency_ms,
            seconds=usual.seconds if seconds is None else seconds,
        )
