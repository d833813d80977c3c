from __future__ import annotations

import pytest

from engine.modalities.text.words import is_foreign, unknown_share, words_of

KNOWN = {
    "English": "The food was delivered quickly and everything tasted wonderful, so we will certainly order again.",
    "slang": "omg lol im so tired rn 😭😭 cant even @bob http://t.co/x2Yz8 #mondays gr8 2 c u",
    "figures": "Q3 2021: revenue 1,234.56m (+12.3%), EPS 0.45; FY22 guidance 5.1-5.3bn, 12/05/2021 10:45",
    "no letters": "12 34 5.6 :-) !!",
    "nothing": "",
    "French": "Le repas a été livré rapidement et tout était délicieux, nous commanderons certainement à nouveau.",
    "German": "Das Essen wurde schnell geliefert und hat hervorragend geschmeckt, wir bestellen bestimmt wieder.",
    "Finnish": "Ruoka toimitettiin nopeasti ja kaikki maistui erinomaiselta, joten tilaamme varmasti uudelleen.",
    "Turkish": "Yemek çok hızlı teslim edildi ve her şey çok lezzetliydi, gelecek hafta tekrar sipariş vereceğiz.",
    "Vietnamese": "Đồ ăn được giao rất nhanh và mọi thứ đều ngon tuyệt vời, nên tuần sau chúng tôi sẽ đặt lại.",
    "Polish": "Jedzenie zostało szybko dostarczone i wszystko smakowało wspaniale, więc na pewno zamówimy ponownie.",
}
FOREIGN = {
    "Chinese": "味道很好, 送餐很快, 下次还点",
    "Japanese": "料理はとても早く届き、どれもとても美味しかったので、来週もきっとまた注文します。",
    "Russian": "Еду доставили быстро, и всё было очень вкусно, поэтому мы обязательно закажем снова.",
    "Greek": "Το φαγητό παραδόθηκε γρήγορα και όλα ήταν πολύ νόστιμα, οπότε σίγουρα θα παραγγείλουμε ξανά.",
    "Arabic": "تم توصيل الطعام بسرعة وكان كل شيء لذيذا جدا، لذلك سنطلب بالتأكيد مرة أخرى الأسبوع القادم.",
    "Hebrew": "האוכל הגיע במהירות והכל היה טעים מאוד, ולכן בשבוע הבא בוודאי נזמין שוב.",
    "Hindi": "खाना बहुत जल्दी पहुँचा और सब कुछ बहुत स्वादिष्ट था, इसलिए हम अगले हफ्ते ज़रूर फिर से मंगवाएंगे।",
    "Korean": "음식이 아주 빨리 배달되었고 모두 정말 맛있어서 다음 주에 꼭 다시 주문할 거예요.",
    "Thai": "อาหารมาส่งเร็วมากและทุกอย่างอร่อยมาก สัปดาห์หน้าเราจะสั่งอีกแน่นอน",
}


def test_it_tells_how_much_it_cannot_read() -> None:
    assert unknown_share([words_of(("An ordinary sentence, with a naïve word.",))]) == 0.0
    assert unknown_share([words_of(("",))]) == 0.0
    texts = ("A fine film 😀", "味道", "Another ordinary sentence, only longer than the others.")
    assert not is_foreign([words_of((text,)) for text in texts])


@pytest.mark.parametrize("language", KNOWN)
def test_what_it_knows_words_of_is_left_to_it(language: str) -> None:
    assert not is_foreign([words_of((KNOWN[language],))])


@pytest.mark.parametrize("language", FOREIGN)
def test_a_language_of_which_it_knows_but_letters_is_foreign(language: str) -> None:
    assert is_foreign([words_of((FOREIGN[language],))])
