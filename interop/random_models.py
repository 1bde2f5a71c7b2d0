"""Tiny models with random weights and random configurations out of each family's space, as transformers writes them."""

import random
from typing import NamedTuple

import families_tokenizers
import gguf_models
import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import PreTrainedTokenizerFast

ORIGINAL = 20  # of longrope: between the pairs' lengths, and above that of the answer


class Family(NamedTuple):
    kind: object  # transformers' class
    settings: object  # draws what only this family has, given the common settings
    gguf: str  # llama.cpp's architecture


def biases(draw, _):
    return {"attention_bias": draw.random() < 0.5}


def llama(draw, common):
    return biases(draw, common) | {"mlp_bias": draw.random() < 0.5}


def windows(draw, common):
    """Some layers with a window, as in Qwen's families."""
    if draw.random() < 0.5:
        return {"use_sliding_window": False}
    kinds = draw.choices(["full_attention", "sliding_attention"], k=common["num_hidden_layers"])
    return {"use_sliding_window": True, "sliding_window": draw.randint(2, 30), "layer_types": kinds}


def qwen3(draw, common):
    return windows(draw, common) | biases(draw, common)


def smollm3(draw, common):
    unrotated = draw.choices([0, 1], k=common["num_hidden_layers"])
    return windows(draw, common) | biases(draw, common) | {"no_rope_layers": unrotated, "mlp_bias": draw.random() < 0.5}


def mistral(draw, _):
    return {"sliding_window": draw.choice([None, draw.randint(2, 30)])}


def granite(draw, common):
    scales = {name: draw.uniform(0.2, 3) for name in ("embedding_multiplier", "residual_multiplier", "logits_scaling")}
    return llama(draw, common) | scales | {"attention_multiplier": draw.uniform(0.05, 0.5)}


def gemma3(draw, common):
    kinds = draw.choices(["full_attention", "sliding_attention"], k=common["num_hidden_layers"])
    local = {"rope_type": "default", "rope_theta": draw.choice([100.0, 10000.0])}
    common["rope_parameters"].pop("truncate", None)  # transformers 5.23 reads it beside full_attention, not in it; refused
    return biases(draw, common) | {
        "layer_types": kinds, "sliding_window": draw.randint(2, 30), "query_pre_attn_scalar": draw.choice([16, 50, 256]),
        "rope_parameters": {"full_attention": common["rope_parameters"], "sliding_attention": local},
    }  # fmt: skip


def phi3(draw, common):
    heads = draw.choice([2, 4])
    size = common["hidden_size"] // heads
    share = draw.choice([share for share in (1.0, 0.75, 0.5) if size * share % 2 == 0])
    rope = {"rope_type": "default", "rope_theta": common["rope_parameters"]["rope_theta"], "partial_rotary_factor": share}
    if draw.random() < 0.6:
        lists = {name: [draw.uniform(1, most) for _ in range(int(size * share) // 2)] for name, most in (("short_factor", 2), ("long_factor", 10))}
        rope |= lists | {"rope_type": "longrope", "original_max_position_embeddings": ORIGINAL}
    return mistral(draw, common) | {
        "num_attention_heads": heads, "head_dim": size, "rope_parameters": rope, "original_max_position_embeddings": ORIGINAL,
        "max_position_embeddings": 4096,
    }  # fmt: skip


FAMILIES = {
    "llama": Family(transformers.LlamaForCausalLM, llama, "llama"),
    "qwen2": Family(transformers.Qwen2ForCausalLM, windows, "qwen2"),
    "qwen3": Family(transformers.Qwen3ForCausalLM, qwen3, "qwen3"),
    "smollm3": Family(transformers.SmolLM3ForCausalLM, smollm3, "smollm3"),
    "mistral": Family(transformers.MistralForCausalLM, mistral, "llama"),
    "granite": Family(transformers.GraniteForCausalLM, granite, "granite"),
    "olmo2": Family(transformers.Olmo2ForCausalLM, biases, "olmo2"),
    "gemma3": Family(transformers.Gemma3ForCausalLM, gemma3, "gemma3"),
    "phi3": Family(transformers.Phi3ForCausalLM, phi3, "phi3"),
}


def in_a_file(name, drawn):
    """A drawn configuration with what GGUF files can't say as all of the family's published models have it."""
    drawn |= {"attention_bias": False, "mlp_bias": False} if "attention_bias" in drawn else {}
    plain = {"rope_type": "default", "rope_theta": 10000.0}
    if name == "llama" and drawn["rope_parameters"]["rope_type"] == "llama3":
        drawn["rope_parameters"] |= {"factor": 32.0, "original_max_position_embeddings": 8192, "rope_theta": 500000.0}
        drawn["max_position_embeddings"] = 131072
    elif name == "gemma3":
        kinds = ["full_attention" if layer % 6 == 5 else "sliding_attention" for layer in range(7)]
        drawn |= {"num_hidden_layers": 7, "layer_types": kinds, "query_pre_attn_scalar": drawn["head_dim"]}
        drawn["rope_parameters"]["full_attention"] = plain
    elif name != "phi3":
        drawn["rope_parameters"] = plain
    if name == "smollm3":
        drawn |= {"num_hidden_layers": 5, "no_rope_layers": [1, 1, 1, 0, 1]}
    if name in ("qwen2", "qwen3", "smollm3"):
        drawn |= {"use_sliding_window": False, "sliding_window": None, "layer_types": None}
    if name == "mistral":
        drawn["sliding_window"] = None
    return drawn


def positions(draw):
    """Rotary positions of any kind that the families share."""
    rope = {"rope_type": draw.choice(["default", "default", "linear", "llama3", "yarn"]), "rope_theta": draw.choice([100.0, 10000.0, 1000000.0])}
    if rope["rope_type"] != "default":
        rope["factor"] = draw.choice([2.0, 8.0])
    if rope["rope_type"] == "llama3":
        rope |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": draw.choice([32, 100, 600])}
    if rope["rope_type"] == "yarn":
        rope["original_max_position_embeddings"] = draw.choice([64, 256, 1024])
        choices = {"beta_fast": 16.0, "beta_slow": 2.0, "attention_factor": 0.8, "truncate": False}
        rope |= dict(draw.sample(sorted(choices.items()), draw.randint(0, 2)))
    return rope


def settings(name, draw):
    """A configuration out of a family's space."""
    key_heads = draw.choice([1, 2])
    common = {
        "hidden_size": draw.choice([32, 48]), "intermediate_size": draw.choice([40, 64]), "num_hidden_layers": draw.choice([2, 3]),
        "num_attention_heads": key_heads * draw.choice([1, 2, 4]), "num_key_value_heads": key_heads, "head_dim": draw.choice([8, 12, 16]),
        "max_position_embeddings": 4096, "rms_norm_eps": draw.choice([1e-6, 1e-5, 1e-2]), "tie_word_embeddings": draw.random() < 0.5,
        "initializer_range": 0.15, "rope_parameters": positions(draw),
    }  # fmt: skip
    if (rope := common["rope_parameters"])["rope_type"] == "yarn":
        common["max_position_embeddings"] = int(rope["factor"] * rope["original_max_position_embeddings"])  # others are warned of
    return common | FAMILIES[name].settings(draw, common)


def model(name, seed, vocabulary, ids, file=False):
    """A model with random weights."""
    draw = random.Random(f"{name} {seed}")
    torch.manual_seed(seed)
    drawn, kind = settings(name, draw), FAMILIES[name].kind
    made = kind(kind.config_class(vocab_size=vocabulary + draw.choice([0, 5]), **(in_a_file(name, drawn) if file else drawn), **ids)).eval()
    with torch.no_grad():
        for key, value in made.named_parameters():
            if key.endswith(".bias") or "norm" in key:
                value.add_(0.1 * torch.randn_like(value))  # transformers begins with zeros and ones, which would hide them
    return made


def write(folder, file, name, seed):
    """A model's folder, and a GGUF file of another one. Both models."""
    backend = families_tokenizers.qwen_tokenizer()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, chat_template=families_tokenizers.CHATML, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    ids = {"bos_token_id": None, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    whole, in_file = model(name, seed, len(tokenizer), ids), model(name, seed, len(tokenizer), ids, file=True)
    whole.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    gguf_models.write(file, in_file, FAMILIES[name].gguf)
    return whole, in_file


def adapt(folder, model, name, seed):
    """Add an adapter with random settings and values to a model, and write it."""
    draw = random.Random(f"{name} {seed} adapter")
    modules = sorted({key.split(".")[-1] for key, module in model.named_modules() if isinstance(module, torch.nn.Linear) and "lm_head" not in key})
    chosen = modules if draw.random() < 0.5 else draw.sample(modules, draw.randint(1, len(modules)))
    lora = LoraConfig(r=draw.choice([1, 3, 8]), lora_alpha=draw.choice([4, 16]), use_rslora=draw.random() < 0.3, target_modules=chosen, task_type="CAUSAL_LM")
    adapted = get_peft_model(model, lora)
    with torch.no_grad():
        for key, value in adapted.named_parameters():
            if "lora_B" in key:
                value.copy_(0.1 * torch.randn_like(value))
    adapted.save_pretrained(folder, save_embedding_layers=False)
    return adapted.eval()


def pairs(vocabulary, seed):
    """Token ids of pairs: one shorter and one longer than ORIGINAL."""
    draw = random.Random(seed)
    ids = lambda low, high: draw.choices(range(vocabulary), k=draw.randint(low, high))  # noqa: E731
    return [{"Prompt": ids(*prompt), "Chosen": ids(1, 9), "Rejected": ids(1, 9)} for prompt in ((5, 8), (25, 30))]
