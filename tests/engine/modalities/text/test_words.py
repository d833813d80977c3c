from __future__ import annotations

from engine.modalities.text.words import is_foreign, unknown_share, words_of


def test_it_tells_how_much_it_cannot_read() -> None:
    assert unknown_share([words_of(("An ordinary sentence, with a naïve word.",))]) == 0.0
    assert unknown_share([words_of(("",))]) == 0.0
    assert is_foreign([words_of(("味道很好, 送餐很快, 下次还点",))])
    texts = ("A fine film 😀", "味道", "Another ordinary sentence, only longer than the others.")
    assert not is_foreign([words_of((text,)) for text in texts])
