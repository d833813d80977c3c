"""Which learners to try on pictures, in order.

Measured on 2 cores with 2,021 pictures of 224 x 168 (8-fold accuracy): thumbnails 0.70, 128 pixels 0.87, 224 pixels
0.90. Pictures smaller than the network's view gain from being enlarged too. A larger network errs much less and costs
little more. Log-loss (5 folds, twice) of heads on 244 photos of two kinds, 240 of three kinds of fruit, 600 of six
kinds and 600 tiny pictures of ten, and milliseconds for a photo::

    Lite0 at 224 px                        0.153  0.196  0.461  0.791   4.7
    Lite0 at 320 px                        0.132  0.203  0.444  0.933   9.0
    Lite2 at 224 px                        0.100  0.177  0.475  0.715   5.7
    Lite2 at 260 px                        0.099  0.200  0.421  0.759   7.5
    Lite2 at 320 px                        0.072  0.181  0.419  0.837  10.6
    Lite2 at 384 px                        0.082  0.180  0.404  0.950  15.7
    the mean of Lite0 at 224 and 320 px    0.129  0.185  0.419  0.813
    of Lite0 and Lite2 at 224 px           0.099  0.167  0.398  0.697
    of these and Lite2 at 320 px           0.086  0.168  0.386  0.706

In the means, all but Lite0 at 320 px look at the middles too. Tuning brings more than all of that: on a quarter held
out of 2,500 pictures of 32 pixels, 3 passes at 128 pixels named 0.842 rightly (log-loss 0.472) and 8 passes 0.850
(0.487), where a head on features at that size names 0.759; of the photos 3 passes named 0.903, 8 passes 0.923, the head
0.857.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.modalities.image.own import TUNED
from engine.modalities.portfolio import Entry
from engine.task import Task

_BACKBONE, _BETWEEN, _LARGER = (f"efficientnet_lite{number}" for number in range(3))
_PACE = {"rate": 3e-4, "decay": 0.92}
_FEW = 600
_MANY = 4000
_TINY, _PLENTY_S = 64.0, 400.0
_COARSE = 128.0  # pictures of which nothing more is to be seen at 320 px than at 224


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the entries for ``size`` training pictures.

    The first look at the network's features is served after a part of them; later ones must see all (or, where there
    are very many, some thousands) to be better than what came before. Then a processor tunes a network briefly, which a
    minute is enough for, and at length where there is more time; a graphics card tunes at length at once, and larger
    networks too. Apple's graphics count as a processor here: nothing was measured on them, and what a processor has the
    time for they have, too. Tiny pictures are also learned by a small network alone, which sees what one made for large
    pictures does not.
    """
    card = device == "cuda"
    brief, long = ((), _tuned_on_card()) if card else _tuned_on_processor()
    larger = "Features of a larger network at"
    coarse, fine, finer = (
        Entry("Features at 224 px", "image.frozen_head", _frozen(_BACKBONE, 224, first=_MANY)),
        Entry(f"{larger} 224 px", "image.frozen_head", _frozen(_LARGER, 224, first=_MANY)),
        Entry(f"{larger} 320 px", "image.frozen_head", _frozen(_LARGER, 320, first=_MANY), smallest=_COARSE),
    )
    return (
        Entry("Thumbnails", "image.thumbnail_ridge", {}, first_slice=1.0),
        Entry("Features at 128 px", "image.frozen_head", _frozen(_BACKBONE, 128, first=_FEW), first_slice=8.0),
        coarse,
        *brief,
        fine,
        _with_middle(coarse),
        *long,
        finer,
        _with_middle(fine),
        _with_middle(finer),
        *(entry.again(1) for entry in brief),
        _small(card),
        Entry("Small network of a searched shape", "image.search", {"least_s": _PLENTY_S}, largest=_TINY),
        long[0].again(1),
        *(_last_on_card() if card else ()),
    )


def _tuned_on_processor() -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    # With the first four stages as pretrained a step costs half as much, and on 2,021 pictures learned no worse.
    settings = {"backbone": _BACKBONE, "frozen": 4, "batch": 16, "share": 0.8, **_PACE}
    brief = {"resolution": 128, "epochs": 3, "fewest": 1.5}
    long = {"resolution": 160, "finer": [192, 224], "epochs": 12, "fewest": 4, "enough": 6}
    return (
        (Entry("Tuned briefly at 128 px", "image.finetune", {**settings, **brief}),),
        (Entry("Tuned at 160 px or more", "image.finetune", {**settings, **long}, group=TUNED),),
    )


def _tuned_on_card() -> tuple[Entry, ...]:
    return (
        Entry("Tuned at 224 px", "image.finetune", _at_length(_BACKBONE), group=TUNED),
        Entry("A larger network, tuned at 224 px", "image.finetune", _at_length(_LARGER), group=TUNED),
    )


def _last_on_card() -> tuple[Entry, ...]:
    """Return what a card is given in the end: a network between the two, no better, but one more to average over.

    A processor has no time for it, and heads on what it sees are between those on what the two others see.
    """
    return (Entry("A third network, tuned at 224 px", "image.finetune", _at_length(_BETWEEN), group=TUNED),)


def _at_length(backbone: str) -> dict[str, Any]:
    """Return settings for dozens of passes, for which pictures are mixed and changed in many ways, as is usual.

    In the few passes that a processor has time for neither is a gain (:mod:`engine.modalities.image.trivial`,
    :class:`engine.modalities.image.learners.finetune.ImageFineTune`).
    """
    settings = {"resolution": 224, "growing": True, "mixing": 0.5, "trivial": True, **_PACE}
    return {"backbone": backbone, "batch": 64, "epochs": 40, "fewest": 3, "share": 0.4, **settings}


def _small(card: bool) -> Entry:
    name, width = ("Wider network for tiny pictures", 64) if card else ("Small network for tiny pictures", 16)
    settings = {"backbone": f"residual-{width}-1-3-3-relu-plain", "epochs": 40, "fewest": 8, "share": 0.5}
    return Entry(name, "image.scratch", settings, largest=_TINY)


def _frozen(backbone: str, resolution: int, first: int = 0) -> dict[str, Any]:
    return {"backbone": backbone, "resolution": resolution, "first": first, "middle": False}


def _with_middle(plain: Entry) -> Entry:
    """Return the entry that looks at the middle of pictures too: half of its work is done where the plain one's is.

    Log-loss (5 folds, three times) of the pictures alone, with their mirror images and with their middles: 0.192, 0.182
    and 0.161 on 244 photos of two kinds, 0.840, 0.840 and 0.831 on 500 tiny ones of ten, 0.510, 0.496 and 0.487 on 500
    photos of six.
    """
    settings = {**plain.settings, "first": 0, "middle": True}
    return replace(plain, name=f"{plain.name}, and their middle", settings=settings, after=(plain.name,))
