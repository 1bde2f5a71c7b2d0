"""GGUF files of models in transformers, as llama.cpp's converter makes them."""

import math

import gguf
import numpy

KEYS = {
    "embedding_length": "hidden_size", "feed_forward_length": "intermediate_size", "block_count": "num_hidden_layers",
    "attention.head_count": "num_attention_heads", "attention.head_count_kv": "num_key_value_heads", "context_length": "max_position_embeddings",
}  # fmt: skip

GRANITE = {
    "embedding_scale": "embedding_multiplier", "residual_scale": "residual_multiplier", "attention.scale": "attention_multiplier",
    "logit_scale": "logits_scaling",
}  # fmt: skip
INTERLEAVED = ("llama", "smollm3", "granite")  # whose files have the original Llama's order of rows


def head_dim(config):
    return getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads


def interleaved(matrix, heads):
    """The rows of q or k in the order of the original Llama: row i of a head's first half is followed by row i of the second."""
    halves = matrix.reshape(heads, 2, matrix.shape[0] // heads // 2, *matrix.shape[1:])
    return halves.swapaxes(1, 2).reshape(matrix.shape)


def factors(config):
    """What Llama 3's scaling divides the frequencies by."""
    rope, half = config.rope_parameters, head_dim(config) // 2
    low, high, original = rope["low_freq_factor"], rope["high_freq_factor"], rope["original_max_position_embeddings"]
    for i in range(half):
        wave = 2 * math.pi * rope["rope_theta"] ** (i / half)
        if wave < original / high:
            yield 1.0
        elif wave > original / low:
            yield rope["factor"]
        else:
            smooth = (original / wave - low) / (high - low)
            yield 1 / ((1 - smooth) / rope["factor"] + smooth)


def metadata(writer, config, architecture):
    """What the architecture's files say beyond the sizes."""
    key = architecture + "."
    rope = config.rope_parameters.get("full_attention", config.rope_parameters)
    writer.add_float32(key + "rope.freq_base", rope["rope_theta"])
    if architecture == "granite":
        for name, field in GRANITE.items():
            writer.add_float32(key + name, getattr(config, field))
    if architecture in ("gemma3", "phi3"):
        writer.add_uint32(key + "attention.sliding_window", config.sliding_window or 0)
    if architecture == "gemma3":
        writer.add_float32(key + "rope.freq_base_swa", config.rope_parameters["sliding_attention"]["rope_theta"])
    if architecture == "phi3":
        writer.add_uint32(key + "rope.dimension_count", int(head_dim(config) * rope["partial_rotary_factor"]))
    elif architecture != "qwen2" or head_dim(config) != config.hidden_size // config.num_attention_heads:
        writer.add_uint32(key + "attention.key_length", head_dim(config))
        writer.add_uint32(key + "attention.value_length", head_dim(config))
    if rope["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", numpy.array(list(factors(config)), numpy.float32))
    if rope["rope_type"] == "longrope":
        original = rope["original_max_position_embeddings"]
        writer.add_uint32(key + "rope.scaling.original_context_length", original)
        growth = config.max_position_embeddings / original
        writer.add_float32(key + "rope.scaling.attn_factor", math.sqrt(1 + math.log(growth) / math.log(original)))
        for name in ("long", "short"):
            writer.add_tensor(f"rope_factors_{name}.weight", numpy.array(rope[f"{name}_factor"], numpy.float32))


def converted(name, values, config, architecture):
    """A tensor's values in the file."""
    if architecture in INTERLEAVED and name.endswith(("q_proj.weight", "k_proj.weight")):
        return interleaved(values, config.num_attention_heads if "q_proj" in name else config.num_key_value_heads)
    if architecture == "gemma3" and name.endswith("norm.weight"):
        return values + 1
    return values


def write(path, model, architecture, quantized=None):
    """Write a model without its tokenizer, its matrices in a quantized type if one is given."""
    config = model.config
    writer = gguf.GGUFWriter(path, architecture)
    for key, field in KEYS.items():
        writer.add_uint32(f"{architecture}.{key}", getattr(config, field))
    writer.add_float32(f"{architecture}.attention.layer_norm_rms_epsilon", config.rms_norm_eps)
    metadata(writer, config, architecture)
    architectures = {name: number for number, name in gguf.MODEL_ARCH_NAMES.items()}
    names = gguf.get_tensor_name_map(architectures[architecture], config.num_hidden_layers)
    for name, value in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = converted(name, value.float().numpy(), config, architecture)
        stored, kind = names.get_name(name, try_suffixes=(".weight", ".bias")), None
        if quantized is not None and values.ndim == 2:
            kind = gguf.GGMLQuantizationType[quantized]
            values = gguf.quants.quantize(values, kind)
        writer.add_tensor(stored, values, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
