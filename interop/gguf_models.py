"""GGUF files of models in transformers, as llama.cpp's converter makes them."""

import math

import gguf
import numpy

KEYS = {
    "embedding_length": "hidden_size", "feed_forward_length": "intermediate_size", "block_count": "num_hidden_layers",
    "attention.head_count": "num_attention_heads", "attention.head_count_kv": "num_key_value_heads", "context_length": "max_position_embeddings",
}  # fmt: skip


def interleaved(matrix, heads):
    """The rows of q or k in the order of the original Llama: row i of a head's first half is followed by row i of the second."""
    halves = matrix.reshape(heads, 2, matrix.shape[0] // heads // 2, *matrix.shape[1:])
    return halves.swapaxes(1, 2).reshape(matrix.shape)


def factors(config):
    """What Llama 3's scaling divides the frequencies by."""
    rope, half = config.rope_parameters, config.head_dim // 2
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


def write(path, model, architecture, quantized=None):
    """Write a model without its tokenizer, its matrices in a quantized type if one is given."""
    config = model.config
    writer = gguf.GGUFWriter(path, architecture)
    for key, field in KEYS.items():
        writer.add_uint32(f"{architecture}.{key}", getattr(config, field))
    writer.add_float32(f"{architecture}.attention.layer_norm_rms_epsilon", config.rms_norm_eps)
    writer.add_float32(f"{architecture}.rope.freq_base", config.rope_parameters["rope_theta"])
    if architecture != "qwen2":
        writer.add_uint32(f"{architecture}.attention.key_length", config.head_dim)
    if config.rope_parameters["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", numpy.array(list(factors(config)), numpy.float32))
    architectures = {name: number for number, name in gguf.MODEL_ARCH_NAMES.items()}
    names = gguf.get_tensor_name_map(architectures[architecture], config.num_hidden_layers)
    for name, value in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = value.float().numpy()
        if architecture == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
            values = interleaved(values, config.num_attention_heads if "q_proj" in name else config.num_key_value_heads)
        stored, kind = names.get_name(name, try_suffixes=(".weight", ".bias")), None
        if quantized is not None and values.ndim == 2:
            kind = gguf.GGMLQuantizationType[quantized]
            values = gguf.quants.quantize(values, kind)
        writer.add_tensor(stored, values, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
