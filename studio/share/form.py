"""The options of a target as simple controls, made from the registry."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QGridLayout, QWidget
from typing_extensions import override

from exporters.edge.options import number
from exporters.targets import Option
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.field import Field

_WIDTH = 230


class OptionForm(QWidget):
    """A line for each option. ``changed`` comes after each change."""

    changed = Signal()

    def __init__(self, options: tuple[Option, ...]) -> None:
        super().__init__()
        self.controls: dict[str, Control] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(2, 1)
        for line, option in enumerate(options):
            control = self.controls[option.name] = _control(option)
            control.changed.connect(self._take_change)
            title = text(option.title or option.name)
            title.setWordWrap(False)
            title.setBuddy(control.widget)
            if not option.metavar:
                title.setText("")
            grid.addWidget(title, line, 0)
            if option.hint:
                control.widget.setAccessibleDescription(option.hint)
                grid.addWidget(control.holder, line, 1)
                grid.addWidget(text(option.hint, "muted"), line, 2)
            else:
                grid.addWidget(control.holder, line, 1, 1, 2)
        self._options = options

    def values(self) -> dict[str, Any]:
        """Return what differs from the usual, by the options' names.

        Raises:
            ValueError: something is no value, with a sentence.
        """
        said = {name: control.value() for name, control in self.controls.items() if control.holder.isEnabled()}
        usual = {option.name: option.usual for option in self._options}
        return {
            name: value
            for name, value in said.items()
            if value is not None and value is not False and value != usual[name]
        }

    def _take_change(self) -> None:
        for option in self._options:
            if option.beside:
                self.controls[option.beside].holder.setEnabled(not self.controls[option.name].given())
        self.changed.emit()


class Control(QObject):
    """One control: ``widget`` takes the keys, ``holder`` is what stands in the form."""

    changed = Signal()

    def __init__(self, option: Option, widget: QWidget, *beside: QWidget) -> None:
        super().__init__()
        self.option = option
        self.widget = widget
        self.holder = row(widget, *beside, None)
        widget.setAccessibleName(option.title or option.name)

    @abstractmethod
    def value(self) -> Any:
        """Return what was chosen, None for nothing."""

    def given(self) -> bool:
        """Tell whether anything was chosen."""
        return bool(self.value())


class _Flag(Control):
    def __init__(self, option: Option) -> None:
        self.box = QCheckBox(option.title or option.name)
        super().__init__(option, self.box)
        self.box.toggled.connect(self.changed)

    @override
    def value(self) -> bool:
        return self.box.isChecked()


class _Choice(Control):
    def __init__(self, option: Option) -> None:
        self.box = QComboBox()
        for word, shown in zip(option.choices, option.shown or option.choices, strict=True):
            self.box.addItem(shown, word)
        self.box.setMinimumWidth(_WIDTH)
        self.box.setCurrentIndex(max(0, self.box.findData(option.usual)))
        super().__init__(option, self.box)
        self.box.currentIndexChanged.connect(self.changed)

    @override
    def value(self) -> str:
        return str(self.box.currentData())


class _Number(Control):
    def __init__(self, option: Option) -> None:
        self.field = Field("" if option.usual is None else f"{option.usual:g}")
        self.field.setFixedWidth(90)
        self.field.setPlaceholderText("any")
        super().__init__(option, self.field)
        self.field.textChanged.connect(self.changed)

    @override
    def value(self) -> float | None:
        words = self.field.text().strip().replace(",", ".")
        if not words:
            return None
        try:
            return number(words)
        except ValueError:
            raise ValueError(f"“{self.option.title}” is a number, but “{words}” is none.") from None

    @override
    def given(self) -> bool:
        return bool(self.field.text().strip())


class _Place(Control):
    def __init__(self, option: Option) -> None:
        self.field = Field()
        self.field.setMinimumWidth(120)
        self.field.setPlaceholderText("none")
        self.choose = button("Choose…", self._choose)
        self.choose.setAccessibleName(f"Choose: {option.title}")
        super().__init__(option, self.field, self.choose)
        self.field.textChanged.connect(self.changed)

    @override
    def value(self) -> str | None:
        return self.field.text().strip() or None

    def _choose(self) -> None:
        dialog = QFileDialog(self.choose, self.option.title, self.field.text() or str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.field.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _control(option: Option) -> Control:
    """Return the control that suits the kind of an option."""
    if not option.metavar:
        return _Flag(option)
    if option.choices:
        return _Choice(option)
    kinds: dict[Callable[[str], Any], type[_Number | _Place]] = {number: _Number, Path: _Place}
    return kinds[option.parse](option)
