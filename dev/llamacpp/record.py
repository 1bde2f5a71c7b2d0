"""Records values with the blocks that ggml's reference quantizers make of them, for the tests of dpocore/weights/ggml:

python dev/llamacpp/record.py LIBGGML-BASE.so FILE"""

import base64
import ctypes
import json
import sys

import numpy

# A type's name, the values in a block and its bytes.
TYPES = [("Q4_0", 32, 18), ("Q5_0", 32, 22), ("Q5_1", 32, 24), ("Q8_0", 32, 34), ("Q4_K", 256, 144), ("Q5_K", 256, 176), ("Q6_K", 256, 210)]


def rows():
    """Values like those of matrices, with zeros, one value, one sign, and very small ones."""
    random = numpy.random.default_rng(1)
    values = random.normal(0, 0.05, (8, 256)) * random.lognormal(0, 1, (8, 1))
    values[0], values[1], values[2], values[3] = 0, 0.3, numpy.abs(values[2]), values[3] * 1e-9
    values[4] = numpy.where(numpy.arange(256) % 32 == 0, values[4], 0)
    return values.astype(numpy.float32)


def main(library, path):
    ggml, values, recorded = ctypes.CDLL(library), rows(), []
    for name, block, size in TYPES:
        blocks = numpy.zeros(values.size // block * size, numpy.uint8)
        quantize = getattr(ggml, f"quantize_row_{name.lower().replace('_k', '_K')}_ref")
        quantize(values.ctypes.data_as(ctypes.c_void_p), blocks.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(values.size))
        recorded.append({"type": name, "blocks": base64.b64encode(blocks.tobytes()).decode()})
    with open(path, "w") as file:
        json.dump({"values": base64.b64encode(values.astype("<f4").tobytes()).decode(), "types": recorded}, file, indent=1)
        file.write("\n")


main(*sys.argv[1:])
