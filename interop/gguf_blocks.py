"""Blocks of every tensor type of GGUF files, and their values as the gguf package computes them.

python interop/gguf_blocks.py FILE records a few of them for the Go tests."""

import base64
import json
import sys

import numpy
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

TYPES = ("F32 F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS MXFP4").split()

# Where a block has its scales in float16.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2],
    "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0],
}  # fmt: skip

# The largest, the smallest normal, the largest and smallest subnormal, zeros, infinite.
EXTREME = numpy.array([0x7BFF, 0xFBFF, 0x0400, 0x03FF, 0x0001, 0x8001, 0x0000, 0x8000, 0x7C00], numpy.uint16)


def blocks(name, count, seed):
    """Random blocks; a third has random bits as scales, a third extreme ones, the rest those of usual weights."""
    random = numpy.random.default_rng(seed)
    _, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    raw = random.integers(0, 256, (count, size), numpy.uint8)
    for offset in SCALES.get(name, []):
        usual = random.normal(0, 0.01, count).astype(numpy.float16).view(numpy.uint16)
        extreme = random.choice(EXTREME, count)
        bits = raw[:, offset : offset + 2].copy().view(numpy.uint16)[:, 0]
        kind = numpy.arange(count) % 3
        bits = numpy.where(kind == 0, usual, numpy.where(kind == 1, extreme, bits)).astype(numpy.uint16)
        raw[:, offset : offset + 2] = bits[:, None].view(numpy.uint8)
    return raw


def values(name, raw):
    with numpy.errstate(all="ignore"):
        return quants.dequantize(raw, GGMLQuantizationType[name]).astype(numpy.float32).ravel()


WRITTEN = "F32 F16 BF16 Q4_0 Q5_0 Q5_1 Q8_0 Q4_K Q5_K Q6_K".split()


def weights(count, seed):
    """Values like those of matrices, with rows of zeros, of one value, of one sign, tiny and huge ones."""
    random = numpy.random.default_rng(seed)
    rows = random.normal(0, 0.05, (count, 256)) * random.lognormal(0, 1, (count, 1))
    rows[0], rows[1], rows[2] = 0, 0.3, numpy.abs(rows[2])
    rows[3], rows[4], rows[5] = -numpy.abs(rows[3]), rows[4] * 1e-9, rows[5] * 3e4
    rows[6] = numpy.where(numpy.arange(256) % 32 == 0, rows[6], 0)
    rows[7] = numpy.round(rows[7], 2)
    return rows.astype(numpy.float32)


def record(path):
    recorded = []
    for name in TYPES:
        raw = blocks(name, 6 if GGML_QUANT_SIZES[GGMLQuantizationType[name]][0] < 256 else 2, seed=1)
        recorded.append({
            "type": name, "blocks": base64.b64encode(raw.tobytes()).decode(),
            "values": base64.b64encode(values(name, raw).astype("<f4").tobytes()).decode(),
        })  # fmt: skip
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(each) for each in recorded) + "\n]\n")


if __name__ == "__main__":
    record(sys.argv[1])
