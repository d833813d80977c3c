"""What may be chosen besides the time, in a drawer that stays closed until it is asked for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QPushButton, QVBoxLayout, QWidget

from engine.backbones.good import GOOD
from studio import wording
from studio.background import Background
from studio.icons import set_icon
from studio.theme import SPACE
from studio.train.choices import AS_USUAL, DEVICES, Choices, in_words
from studio.train.latency import LatencyChooser
from studio.train.launching import fetched_path
from studio.train.networks import NetworksChooser
from studio.widgets.basics import row, text

_TITLE = "More choices"


class ChoicesDrawer(QWidget):
    """A switch that says what was chosen while the drawer is closed, and under it the choices.

    Emits ``changed`` after anything in it changed.
    """

    changed = Signal()

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._about_photos = False
        self.switch = QPushButton()
        self.switch.setCheckable(True)
        self.switch.setProperty("kind", "quiet")
        self.switch.setToolTip("How quick answers must be, what else to try and where to compute")
        self.latency = LatencyChooser()
        self.device = DeviceChooser()
        self.networks = NetworksChooser(background)
        self._of_photos = _part(
            "Networks of your own",
            self.networks,
            "Files with pretrained networks, named after them, like resnet18.pth. The first four are tried too.",
        )
        self.fetch = QCheckBox(f"Fetch two larger networks from the internet ({_size()}, once)")
        self.fetch.setToolTip(f"They are kept in {fetched_path()}")
        self._from_internet = _part(
            "Larger networks",
            self.fetch,
            "From PyTorch's servers, after you press Train and before the time begins. They are tried too.",
        )
        self._inside = QWidget()
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(SPACE, 0, 0, SPACE)
        inside.setSpacing(2 * SPACE)
        inside.addWidget(
            _part(
                "How quick must an answer be?",
                self.latency,
                "Slower models are left out of the blend. How quick they are is measured on this computer.",
            )
        )
        inside.addWidget(
            _part("Compute on", self.device, "Automatic takes the graphics card where there is one that works.")
        )
        inside.addWidget(self._of_photos)
        inside.addWidget(self._from_internet)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._inside)
        layout.addWidget(self.networks.trouble)  # said also while the drawer is closed
        self.switch.toggled.connect(self._slide)
        for changed in (self.latency.changed, self.device.changed, self.networks.changed, self.fetch.toggled):
            changed.connect(self._refresh)
        self.choose(AS_USUAL)
        self._slide(False)

    @property
    def chosen(self) -> Choices:
        """What is chosen now; see :attr:`problem`."""
        folder = self.networks.folder if self._about_photos else None
        fetch = self._about_photos and self.fetch.isChecked()
        return Choices(self.latency.limit_ms, folder, self.device.chosen, fetch)

    @property
    def problem(self) -> str:
        """Why nothing can be trained with this, or empty."""
        return "" if self.latency.valid else f"Correct how quick an answer must be, under “{_TITLE}”."

    def choose(self, choices: Choices) -> None:
        """Choose all of it."""
        self.latency.limit(choices.max_latency_ms)
        self.device.choose(choices.device)
        self.networks.choose(choices.networks)
        self.fetch.setChecked(choices.fetch)
        self._refresh()

    def be_about(self, photos: bool) -> None:
        """Offer what is for photos alone, or not."""
        self._about_photos = photos
        self._refresh()

    def _slide(self, is_open: bool) -> None:
        self._inside.setVisible(is_open)
        set_icon(self.switch, "down" if is_open else "right", "accent_text", 14)
        self._refresh()

    def _refresh(self) -> None:
        words = "" if self.switch.isChecked() else in_words(self.chosen, self.networks.found)
        title = f"{_TITLE}: {words}" if words else _TITLE
        self.switch.setText(title.replace("&", "&&"))
        self.switch.setAccessibleName(title)
        for part in (self._of_photos, self._from_internet):
            part.setVisible(self._about_photos)
        self.networks.trouble.setVisible(self._about_photos and bool(self.networks.trouble.words))
        self.changed.emit()


class DeviceChooser(QWidget):
    """Where to compute: one of :data:`studio.train.choices.DEVICES`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        choices = [QPushButton(title) for title in DEVICES.values()]
        for place, choice in enumerate(choices):
            choice.setCheckable(True)
            choice.setAccessibleName(f"Compute on: {choice.text()}")
            self._group.addButton(choice, place)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(row(*choices, None))
        self._group.idClicked.connect(lambda _place: self.changed.emit())

    @property
    def chosen(self) -> str:
        """What is chosen now, as a run takes it."""
        return list(DEVICES)[self._group.checkedId()]

    def choose(self, device: str) -> None:
        """Choose one."""
        self._group.button(list(DEVICES).index(device)).setChecked(True)


def _size() -> str:
    """Return how much there is to fetch."""
    return wording.size(sum(source.bytes for source in GOOD.values()))


def _part(title: str, chooser: QWidget, caption: str) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE)
    column.addWidget(text(title, "heading"))
    column.addWidget(chooser)
    column.addWidget(text(caption, "caption"))
    return made
