from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.backbones.minilm import LAYERS, WIDTH, MiniLM, load_minilm, means_of, places_of
from engine.backbones.weights import verified
from engine.backbones.wordpieces import END, PADDING, UNKNOWN, load_tokenizer
from engine.errors import WeightsError


@pytest.fixture(scope="module")
def network() -> MiniLM:
    return load_minilm(verified("minilm_l6"))


def some_words(padded: int) -> torch.Tensor:
    words = torch.randint(1000, 9000, (3, 40), generator=torch.Generator().manual_seed(0))
    if padded:
        words[1, -padded:] = PADDING
    return words


@pytest.mark.filterwarnings("ignore")  # what the reference warns of while it is imported is not ours
def test_it_equals_transformers(network: MiniLM) -> None:
    transformers = pytest.importorskip("transformers")
    other = transformers.BertModel.from_pretrained(str(verified("minilm_l6").parent)).eval()
    words = some_words(padded=15)
    present = words != PADDING
    with torch.inference_mode():
        expected = other(input_ids=words, attention_mask=present.long(), output_hidden_states=True).hidden_states
        found = network.states(words)
    assert len(found) == len(expected) == 1 + LAYERS
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs[present], atol=1e-4, rtol=1e-4)


def test_padding_changes_nothing(network: MiniLM) -> None:
    words = some_words(padded=15)
    with torch.inference_mode():
        together, alone = network(words), network(words[1:2, :25])
    assert together.shape == (3, 1 + LAYERS, WIDTH)
    torch.testing.assert_close(together[1:2], alone, atol=1e-5, rtol=1e-4)


def test_who_knows_where_the_words_are_gets_the_same(network: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    words = some_words(padded=15)
    places = places_of(words)
    with torch.inference_mode():
        states, means = network.states(words), network(words)
        monkeypatch.setattr("engine.backbones.minilm.places_of", lambda _: pytest.fail("they are known"))
        found = network.states(words, places=places)
        further = network.further(found[2], words, 2, places=places)
        assert torch.equal(means_of(found, words, places), means)
    assert places.tolist() == [place for place in range(120) if not 65 <= place < 80]
    for one, other in zip([*found, *further[1:]], [*states, *states[3:]], strict=True):
        assert torch.equal(one, other)


def test_learning_in_half_precision_goes_the_way_of_full_precision(network: MiniLM) -> None:
    words, found = some_words(padded=15), []
    weight = network.layers[3].get_parameter("query.weight")
    for half in (False, True):
        weight.requires_grad_(True)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            means = network(words)
        (slope,) = torch.autograd.grad((means[:, -1] ** 2).sum(dim=1)[:2].sum(), weight)
        found.append(slope)
        weight.requires_grad_(False)
    assert torch.cosine_similarity(found[0].flatten(), found[1].flatten(), dim=0) > 0.99


def test_it_is_frozen(network: MiniLM) -> None:
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_texts_become_words_of_any_number() -> None:
    tokenizer = load_tokenizer(verified("minilm_l6_words"))
    assert tokenizer.encode("").ids == [101, END]
    assert len(tokenizer.encode("good " * 1000).ids) == 1002
    assert UNKNOWN not in tokenizer.encode("Naïve café, the 3rd!").ids
    assert UNKNOWN in tokenizer.encode("味道很好").ids


def test_damaged_weights_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "junk.safetensors").write_bytes(b"junk")
    with pytest.raises(WeightsError, match=r"junk\.safetensors cannot be read"):
        load_minilm(tmp_path / "junk.safetensors")
    save_file({"only": torch.zeros(3)}, tmp_path / "short.safetensors")
    with pytest.raises(WeightsError, match=r"short\.safetensors does not fit"):
        load_minilm(tmp_path / "short.safetensors")
