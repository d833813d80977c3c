"""What a run says, one JSON object a line. The run is a replay of these lines.

=============  =====================================================================================
type           data
=============  =====================================================================================
``started``    pid, budget_s, device, task, n_train, n_test, resumed
``heartbeat``  state (working, pausing, paused), remaining_s, learner, memory_mb
``slice``      learner, seconds, done, aside_s (seconds of it spent on loading and keeping), share (of the
               learner's whole work; absent where none of it was done), stepped_s and prepared_s where a
               fine-tune took steps (their seconds, and those of them in which samples were made ready: a
               graphics card, which works on meanwhile, waited no longer for data), found (settings that a
               search has found to be best so far; absent from others)
``evaluated``  learner, version, score, interval, served, first_look: a candidate was compared with what is
               served, and is to be served or not
``answered``   learner, seconds, through, share (of all): a candidate to be served answered samples that
               learners never see
``point``      score, interval, learner, metrics, members, checked (samples the score rests on): a point of
               the curve, its model is now served
``failed``     learner, reason, message: a failed slice, never a failed run
``message``    level (info, error), text: a sentence for the person; resume: true where it says why
               a sitting ends before its run
``paused``     nothing more
``resumed``    nothing more; without ``paused`` before it where a pause was taken back before it began
``stopped``    reason (budget, converged, finished, discarded, failed), result
=============  =====================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """One line. ``seq`` counts from 0 within a run, ``time`` is unix seconds, ``active_s`` the budget's clock."""

    seq: int
    time: float
    active_s: float
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_line(self) -> str:
        """Return the JSON line, without its newline; data fields stand beside the others."""
        head = {"seq": self.seq, "time": self.time, "active_s": self.active_s, "type": self.type}
        return json.dumps({**head, **self.data}, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_line(cls, line: str) -> Event:
        """Parse one line.

        Raises:
            ValueError: the line is no event (a half-written last line, for one).
        """
        fields = json.loads(line)
        if not isinstance(fields, dict):
            raise ValueError(f"An event is a JSON object, but got {line[:40]!r}.")
        try:
            seq, active_s = int(fields.pop("seq")), float(fields.pop("active_s"))
            moment, name = float(fields.pop("time")), str(fields.pop("type"))
        except (KeyError, TypeError) as error:
            raise ValueError(f"An event lacks its {error}: {line[:40]!r}.") from error
        except OverflowError as error:  # 1e999, or a number of hundreds of digits
            raise ValueError(f"A number of an event is out of all bounds: {line[:40]!r}.") from error
        return cls(seq, moment, active_s, name, fields)
