"""Waveform above spectrogram, the regions above both, and the playhead across: to look at, to point at, to drag in."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from labeling.annotations.model import Region
from labeling.sounds.spectrum import ROWS, row_of
from studio.label.region_editor import Hold, RegionEditor
from studio.label.sound_loader import SoundLoader
from studio.label.sound_picture import SoundPicture
from studio.label.time_view import TimeView
from studio.theme import class_colour, colours, ink_on, theme

_REACH = 6.0
_CLICK = 3.0  # pixels that a hand moves without meaning to
_STEP = 1.0015
_LANES = 3
_WAVE_SHARE = 0.42
_PITCHES = (100, 500, 1000, 2000, 4000, 8000, 16000)


class SoundCanvas(QWidget):
    """Shows the sound of a loader and the regions of an editor.

    ``did`` tells what was done to a region, ``chose`` that another region or stretch is chosen, ``sought`` to which
    moment the playhead shall go.
    """

    did = Signal(str)
    chose = Signal()
    sought = Signal(float)

    def __init__(self, loader: SoundLoader, editor: RegionEditor) -> None:
        super().__init__()
        self.view = TimeView()
        self.playhead = 0.0
        self.draws = False  # whether a drag makes a region at once
        self._loader, self._editor = loader, editor
        self._picture = SoundPicture(loader, self.view)
        self._numbers: Mapping[str, int] = {}
        self._drawn: QPixmap | None = None
        self._drawn_lines = 1
        self._pressed: QPointF | None = None
        self._panned: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        loader.came.connect(self.redraw)
        theme().changed.connect(self.redraw)

    def show_regions(self, numbers: Mapping[str, int]) -> None:
        """Paint the editor's regions in the colours of these classes."""
        self._numbers = numbers
        if self._lines() != self._drawn_lines:
            self._drawn = None
        self.update()

    def show_playhead(self, moment: float, follow: bool) -> None:
        """Show where the playhead is; ``follow`` brings it into sight."""
        old, self.playhead = self.view.x(self.playhead), moment
        if follow and self.view.bring(moment):
            self.redraw()
            return
        for x in (old, self.view.x(moment)):
            self.update(int(x) - 6, 0, 13, self.height())

    def redraw(self) -> None:
        """Draw waveform and spectrogram anew: there is more of them, or another stretch is in sight."""
        self._drawn = None
        self.update()

    # -- where things are ----------------------------------------------------------------------------------------

    def ruler(self) -> QRectF:
        """Return where the times are written."""
        return QRectF(0, 0, self.width(), self.fontMetrics().height() + 8)

    def lane(self, number: int) -> QRectF:
        """Return where the regions of a line are written; those past the last line share it."""
        height = self.fontMetrics().height() + 4
        return QRectF(0, self.ruler().bottom() + min(number, _LANES - 1) * height, self.width(), height - 2)

    def wave(self) -> QRectF:
        """Return where the waveform is."""
        top = self.lane(self._lines() - 1).bottom() + 4
        return QRectF(0, top, self.width(), max(24.0, _WAVE_SHARE * (self.height() - top)))

    def pitches(self) -> QRectF:
        """Return where the spectrogram is."""
        top = self.wave().bottom() + 4
        return QRectF(0, top, self.width(), max(8.0, self.height() - top))

    def box_of(self, at: int) -> QRectF:
        """Return where the name of a region is written."""
        region, lane = self._editor.marks[at], self.lane(self._editor.lanes()[at])
        left, right = self.view.x(region.start), self.view.x(region.end)
        return QRectF(left, lane.top(), max(right - left, 3.0), lane.height())

    def _lines(self) -> int:
        return min(_LANES, 1 + max(self._editor.lanes(), default=0))

    # -- what the hand does --------------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() is not Qt.MouseButton.LeftButton:
            self._panned = at
            return
        self._pressed = at
        held = self._held_at(at)
        if held is not None:
            self._editor.take_hold(*held, self.view.moment(at.x()))
        else:
            self._editor.begin_selection(self.view.moment(at.x()))
        self.chose.emit()
        self.update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._panned is not None:
            self.view.move((self._panned.x() - at.x()) / self.width() * self.view.span)
            self._panned = at
            self.redraw()
        elif self._editor.busy and self._pressed is not None:
            if abs(at.x() - self._pressed.x()) > _CLICK or self._editor.selection is not None:
                self._editor.drag(self.view.moment(at.x()))
                self.update()
        else:
            held = self._held_at(at)
            edge = held is not None and held[1] is not Hold.BODY
            self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            self._panned = None
            return
        pressed, self._pressed = self._pressed, None
        moved = pressed is not None and abs(event.position().x() - pressed.x()) > _CLICK
        did = self._editor.release()
        if did:
            self.did.emit(did)
        elif not moved:
            self._clicked(event.position())
        self.chose.emit()
        self.update()

    def _clicked(self, at: QPointF) -> None:
        moment = self.view.moment(at.x())
        if self._lane_at(at) is None:
            self._editor.selection = None
            self._editor.chosen = self._editor.under(moment)
        self.sought.emit(moment)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        sideways = turned.x() or (turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self.view.move(-sideways / 1200 * self.view.span)
        else:
            self.view.zoom(_STEP ** turned.y(), self.view.moment(event.position().x()))
        self.redraw()

    def _held_at(self, at: QPointF) -> tuple[int, Hold] | None:
        """Return which region is held there and by what: any by its name, the chosen one by its edges everywhere."""
        moment, reach = self.view.moment(at.x()), _REACH * self.view.span / self.width()
        named = self._lane_at(at)
        if named is not None:
            hold = self._editor.hold_at(named, moment, reach)
            return None if hold is None else (named, hold)
        chosen = self._editor.chosen
        if chosen is not None and at.y() > self.ruler().bottom():
            hold = self._editor.hold_at(chosen, moment, reach)
            return (chosen, hold) if hold in (Hold.START, Hold.END) else None
        return None

    def _lane_at(self, at: QPointF) -> int | None:
        near = [
            number
            for number in range(len(self._editor.marks))
            if self.box_of(number).adjusted(-_REACH, 0, _REACH, 0).contains(at)
        ]
        return min(near, key=lambda number: (number != self._editor.chosen, self.box_of(number).width()), default=None)

    # -- painting ------------------------------------------------------------------------------------------------

    @override
    def sizeHint(self) -> QSize:
        return QSize(560, 260)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(240, 130)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.resize(self.width())
        self.redraw()
        super().resizeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.fillRect(self.rect(), QColor(colours().surface))
        if self._loader.refused:
            self._paint_refusal(painter)
            return
        self._paint_sound(painter)
        self._paint_ruler(painter)
        lanes = self._editor.lanes()
        for at in sorted(range(len(lanes)), key=lambda at: at == self._editor.chosen):
            self._paint_region(painter, at)
        if self._editor.selection is not None:
            self._paint_selection(painter, *self._editor.selection)
        x = self.view.x(self.playhead)
        painter.setPen(QPen(QColor(colours().bad), 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_sound(self, painter: QPainter) -> None:
        wave, pitches = self.wave(), self.pitches()
        if self._drawn is None or self._drawn.size() != self.size():
            self._drawn, self._drawn_lines = QPixmap(self.size()), self._lines()
            self._drawn.fill(QColor(colours().surface))
            on = QPainter(self._drawn)
            on.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            on.drawImage(wave.topLeft(), self._picture.waveform(self.width(), int(wave.height())))
            on.drawImage(pitches, self._picture.spectrogram(self.width()))
            on.end()
        for part in (wave, pitches):
            painter.drawPixmap(part, self._drawn, part)
        self._paint_pitches(painter, pitches)

    def _paint_pitches(self, painter: QPainter, place: QRectF) -> None:
        overview = self._loader.overview
        if overview is None or place.height() < 70:
            return
        last = place.bottom() + 10
        for hertz in _PITCHES:
            y = place.bottom() - row_of(hertz, overview.rate) / ROWS * place.height()
            if place.top() + 8 < y < last - 18:
                last = y
                words = f"{hertz // 1000} kHz" if hertz >= 1000 else f"{hertz} Hz"
                box = QRectF(2, y - 8, self.fontMetrics().horizontalAdvance(words) + 6, 16)
                ground = QColor(colours().surface)
                ground.setAlpha(170)
                painter.fillRect(box, ground)
                painter.setPen(QColor(colours().muted))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_ruler(self, painter: QPainter) -> None:
        ruler = self.ruler()
        for moment, words in self.view.ticks():
            x = self.view.x(moment)
            painter.setPen(QColor(colours().control))
            painter.drawLine(QPointF(x, ruler.bottom() - 5), QPointF(x, ruler.bottom()))
            painter.setPen(QColor(colours().muted))
            painter.drawText(QPointF(x + 3, ruler.bottom() - 6), words)

    def _paint_region(self, painter: QPainter, at: int) -> None:
        region, box, chosen = self._editor.marks[at], self.box_of(at), at == self._editor.chosen
        if box.right() < 0 or box.left() > self.width():
            return
        colour = class_colour(self._numbers.get(region.label, 0))
        shade = QColor(colour)
        shade.setAlpha(70 if chosen else 34)
        body = self._body(region, box)
        painter.fillRect(body, shade)
        painter.setPen(QPen(colour, 2 if chosen else 1))
        for x in (box.left(), box.right()):
            painter.drawLine(QPointF(x, box.top()), QPointF(x, self.height()))
        if region.low is not None:
            painter.drawRect(body)
        painter.fillRect(box, colour)
        if chosen:
            painter.setPen(QPen(QColor(colours().text), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.setPen(ink_on(colour))
        inside = box.intersected(QRectF(self.rect())).adjusted(5, 0, -3, 0)
        words = self.fontMetrics().elidedText(region.label, Qt.TextElideMode.ElideRight, int(inside.width()))
        if inside.width() > 12:
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, words)

    def _body(self, region: Region, box: QRectF) -> QRectF:
        """Return what a region covers: all pitches, or those that were marked."""
        pitches, overview = self.pitches(), self._loader.overview
        if region.low is None or region.high is None or overview is None:
            return QRectF(box.left(), self.wave().top(), box.width(), self.height() - self.wave().top())
        top, bottom = (
            pitches.bottom() - min(row_of(hertz, overview.rate) / ROWS, 1.0) * pitches.height()
            for hertz in (region.high, region.low)
        )
        return QRectF(box.left(), top, box.width(), bottom - top)

    def _paint_selection(self, painter: QPainter, start: float, end: float) -> None:
        left, right = self.view.x(start), self.view.x(end)
        box = QRectF(left, self.ruler().bottom(), max(1.0, right - left), self.height())
        shade = QColor(colours().text)
        shade.setAlpha(48)
        painter.fillRect(box, shade)
        painter.setPen(QPen(QColor(colours().text), 1, Qt.PenStyle.DashLine))
        painter.drawRect(box)

    def _paint_refusal(self, painter: QPainter) -> None:
        painter.setPen(QColor(colours().muted))
        words = f"{self._loader.refused}\nIt may have been moved or damaged. Your labels are safe."
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(self.rect()).adjusted(24, 24, -24, -24), int(flags), words)
