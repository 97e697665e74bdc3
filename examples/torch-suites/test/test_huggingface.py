"""Tiny transformers with random weights, made from a configuration: nothing comes from the hub."""

import os

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    ViTConfig,
    ViTForImageClassification,
)

WORDS = 50
SIZE = {"vocab_size": WORDS, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}


def _gpt2():
    return GPT2LMHeadModel(
        GPT2Config(vocab_size=WORDS, n_embd=32, n_layer=2, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=2)
    )


def _llama():
    return LlamaForCausalLM(
        LlamaConfig(**SIZE, intermediate_size=64, num_key_value_heads=2, max_position_embeddings=64, pad_token_id=0)
    )


def _bert():
    return BertForSequenceClassification(BertConfig(**SIZE, intermediate_size=64, num_labels=3))


def _t5():
    return T5ForConditionalGeneration(
        T5Config(vocab_size=WORDS, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0)
    )


def _vit():
    return ViTForImageClassification(
        ViTConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            image_size=16,
            patch_size=4,
        )
    )


def _inputs(name, count=4, length=10):
    """What a model takes, with labels, so that it returns a loss."""
    ids = torch.randint(3, WORDS, (count, length))
    if name == "vit":
        return {"pixel_values": torch.randn(count, 3, 16, 16), "labels": torch.arange(count) % 2}
    labels = torch.arange(count) % 3 if name == "bert" else ids
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels}


MODELS = {"bert": _bert, "gpt2": _gpt2, "llama": _llama, "t5": _t5, "vit": _vit}
CAUSAL = {"gpt2": _gpt2, "llama": _llama}


@pytest.mark.parametrize("name", MODELS)
def test_forward_and_backward(name):
    model = MODELS[name]()
    output = model(**_inputs(name))
    assert output.loss.isfinite()
    output.loss.backward()
    without = [key for key, parameter in model.named_parameters() if parameter.grad is None]
    assert not without


@pytest.mark.parametrize("name", MODELS)
def test_a_few_steps_lower_the_loss(name):
    model = MODELS[name]().train()
    inputs = _inputs(name)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = model(**inputs).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("name", MODELS)
def test_saved_and_loaded_from_a_folder(name, tmp_path):
    model = MODELS[name]().eval()
    model.save_pretrained(tmp_path)
    loaded = type(model).from_pretrained(tmp_path).eval()
    inputs = _inputs(name)
    with torch.no_grad():
        torch.testing.assert_close(loaded(**inputs).logits, model(**inputs).logits)


@pytest.mark.parametrize("name", CAUSAL)
def test_greedy_generation_takes_the_best_word_each_time(name):
    model = CAUSAL[name]().eval()
    ids = torch.randint(3, WORDS, (1, 5))
    written = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=8, do_sample=False, eos_token_id=None, pad_token_id=0
    )
    by_hand = ids
    with torch.no_grad():
        for _ in range(8):
            best = model(input_ids=by_hand).logits[:, -1:].argmax(-1)
            by_hand = torch.cat([by_hand, best], dim=1)
    assert written.tolist() == by_hand.tolist()


@pytest.mark.parametrize("name", CAUSAL)
def test_the_cache_changes_nothing(name):
    model = CAUSAL[name]().eval()
    ids = torch.randint(3, WORDS, (2, 9))
    with torch.no_grad():
        whole = model(input_ids=ids).logits
        start = model(input_ids=ids[:, :6], use_cache=True)
        rest = model(input_ids=ids[:, 6:], past_key_values=start.past_key_values).logits
    torch.testing.assert_close(rest, whole[:, 6:], rtol=1e-4, atol=1e-5)


def test_beams_and_an_encoder():
    model = _t5().eval()
    ids = torch.randint(3, WORDS, (2, 7))
    written = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        num_beams=3,
        num_return_sequences=2,
        max_new_tokens=5,
        eos_token_id=None,
        pad_token_id=0,
    )
    assert written.shape == (4, 6)
    assert written[:, 0].tolist() == [0] * 4


def test_padding_is_not_seen():
    model = _bert().eval()
    ids = torch.randint(3, WORDS, (1, 6))
    padded = torch.cat([ids, torch.randint(3, WORDS, (1, 4))], dim=1)
    mask = torch.tensor([[1] * 6 + [0] * 4])
    with torch.no_grad():
        expected = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
        torch.testing.assert_close(model(input_ids=padded, attention_mask=mask).logits, expected)


def test_attention_implementations_agree():
    eager, fused = _llama().eval(), _llama().eval()
    fused.load_state_dict(eager.state_dict())
    eager.set_attn_implementation("eager")
    fused.set_attn_implementation("sdpa")
    inputs = _inputs("llama")
    with torch.no_grad():
        torch.testing.assert_close(eager(**inputs).logits, fused(**inputs).logits, rtol=1e-4, atol=1e-5)


def test_a_tokenizer_made_here(tmp_path):
    words = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "a", "train", "of", "wagons"])}
    raw = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    raw.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="[PAD]", unk_token="[UNK]")
    tokenizer.save_pretrained(tmp_path)
    loaded = PreTrainedTokenizerFast.from_pretrained(tmp_path)
    batch = loaded(["a train of wagons", "a ship"], padding=True, return_tensors="pt")
    assert batch["input_ids"].tolist() == [[2, 3, 4, 5], [2, 1, 0, 0]]
    assert batch["attention_mask"].sum(1).tolist() == [4, 2]
    assert _bert()(**{key: batch[key] for key in ("input_ids", "attention_mask")}).logits.shape == (2, 3)


def test_the_right_class_is_found_from_a_configuration():
    assert isinstance(AutoModelForCausalLM.from_config(_llama().config), LlamaForCausalLM)


def test_nothing_is_fetched():
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    with pytest.raises(OSError, match=r"(?i)offline|connect|cached"):
        AutoModel.from_pretrained("torch-suites/no-such-model")
