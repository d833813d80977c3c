"""Colours, spacing and the style sheet, light and dark.

Each text colour has a contrast of at least 4.5 to 1 on the surfaces it is used on (WCAG 2.2 AA), borders of controls
and the focus ring at least 3 to 1. Class colours follow Okabe and Ito (2008): colour-blind people can tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

SPACE = 8
_SHADES = (100, 135, 65, 165)  # per cent of the lightness


class Mode(StrEnum):
    """Which palette is shown."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Palette:
    """The colours of one appearance, as ``#rrggbb``."""

    dark: bool
    window: str
    surface: str
    raised: str
    hover: str
    border: str
    control: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    accent_text: str
    good: str
    warn: str
    bad: str
    good_soft: str
    warn_soft: str
    bad_soft: str
    classes: tuple[str, ...]


LIGHT = Palette(
    dark=False,
    window="#f4f5f8",
    surface="#ffffff",
    raised="#ffffff",
    hover="#eceef3",
    border="#dcdfe7",
    control="#858b9a",
    text="#1b1e27",
    muted="#596070",
    accent="#3b5bdb",
    accent_hover="#2f4ac0",
    on_accent="#ffffff",
    accent_soft="#e7ecff",
    accent_text="#3350c8",
    good="#1a7f4b",
    warn="#8f5a00",
    bad="#b8263a",
    good_soft="#e2f4ea",
    warn_soft="#fdf1d9",
    bad_soft="#fde8ea",
    classes=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b08900", "#56b4e9", "#7a5cc4", "#7f7f7f"),
)

DARK = Palette(
    dark=True,
    window="#14161c",
    surface="#1c1f27",
    raised="#252933",
    hover="#2b303c",
    border="#333947",
    control="#7b8394",
    text="#eceef4",
    muted="#a4acbd",
    accent="#8ea6ff",
    accent_hover="#a8baff",
    on_accent="#10131c",
    accent_soft="#28345e",
    accent_text="#a9bbff",
    good="#5fd39a",
    warn="#f0b95a",
    bad="#ff8b96",
    good_soft="#173527",
    warn_soft="#3a2e14",
    bad_soft="#402026",
    classes=("#56b4e9", "#f08a3c", "#2fc79b", "#e39bc6", "#e6c229", "#8fb7ff", "#b79cf2", "#b0b0b0"),
)


def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast of two colours, 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """

    def luminance(name: str) -> float:
        colour = QColor(name)
        parts = [colour.redF(), colour.greenF(), colour.blueF()]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


class Theme(QObject):
    """The appearance of the application: follows the system until the person chooses. Emits ``changed``."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._points = application.font().pointSizeF()
        self._class_colours: tuple[str, ...] = ()
        application.setStyle("Fusion")
        stored = str(QSettings().value("appearance", Mode.SYSTEM.value))
        self._mode = Mode(stored) if stored in set(Mode) else Mode.SYSTEM
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def mode(self) -> Mode:
        """What the person chose."""
        return self._mode

    @property
    def palette(self) -> Palette:
        """The colours shown now."""
        if self._mode is Mode.SYSTEM:
            dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._mode is Mode.DARK else LIGHT

    def choose(self, mode: Mode) -> None:
        """Show this appearance from now on."""
        self._mode = mode
        QSettings().setValue("appearance", mode.value)
        self._apply()

    def choose_class_colours(self, chosen: Sequence[str]) -> None:
        """Show the classes of the open project in these colours, by place; empty ones in the palette's own."""
        if tuple(chosen) != self._class_colours:
            self._class_colours = tuple(chosen)
            self.changed.emit()

    def class_colour(self, index: int) -> QColor:
        """Return the colour of the class at ``index``."""
        chosen = self._class_colours[index] if 0 <= index < len(self._class_colours) else ""
        return QColor(chosen) if chosen else default_class_colour(index)

    def _follow(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        from studio.stylesheet import stylesheet

        colours = self.palette
        self._application.setPalette(_qt_palette(colours))
        self._application.setStyleSheet(stylesheet(colours, max(6.0, self._points)))
        self.changed.emit()


def _qt_palette(colours: Palette) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.hover,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent_text,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.Accent: colours.accent,
    }
    for role, name in roles.items():
        palette.setColor(role, QColor(name))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.control))
    return palette


def theme() -> Theme:
    """Return the application's theme, made on first use."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("The theme needs a QApplication.")
    existing = application.findChild(Theme)
    return existing if isinstance(existing, Theme) else Theme(application)


def colours() -> Palette:
    """Return the colours shown now; painters ask each time they paint."""
    return theme().palette


def class_colour(index: int) -> QColor:
    """Return the colour of the class at ``index``: the one chosen for it, or the palette's own."""
    return theme().class_colour(index)


def default_class_colour(index: int) -> QColor:
    """Return the palette's own colour of the class at ``index``; after the last they come again in other shades."""
    names = colours().classes
    again, place = divmod(index, len(names))
    colour = QColor(names[place])
    shade = _SHADES[again % len(_SHADES)]
    return colour if shade == 100 else colour.lighter(shade) if shade > 100 else colour.darker(10_000 // shade)


def ink_on(colour: QColor) -> QColor:
    """Return black or white, whichever can be read better on a colour."""
    return QColor(max("#000000", "#ffffff", key=lambda ink: contrast(ink, colour.name())))
