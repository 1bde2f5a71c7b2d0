"""GGUF files: the values of every tensor type as the gguf package computes them."""

import subprocess

import gguf_blocks
import numpy
import pytest
from conftest import ROOT
from gguf import GGMLQuantizationType


@pytest.fixture(scope="module")
def widen(tmp_path_factory):
    """This program's values of blocks."""
    program = tmp_path_factory.mktemp("program") / "blocks"
    subprocess.run(["go", "build", "-o", program, "./interop/blocks"], cwd=ROOT, check=True)

    def run(name, raw):
        done = subprocess.run([program, str(GGMLQuantizationType[name].value)], input=raw.tobytes(), capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return numpy.frombuffer(done.stdout, numpy.float32)

    return run


@pytest.mark.parametrize("name", gguf_blocks.TYPES)
def test_every_type_bit_for_bit(widen, name):
    raw = gguf_blocks.blocks(name, 3000, seed=2)
    got, want = widen(name, raw), gguf_blocks.values(name, raw)
    assert got.shape == want.shape
    numpy.testing.assert_array_equal(numpy.isnan(got), numpy.isnan(want))
    numbers = ~numpy.isnan(want)
    numpy.testing.assert_array_equal(got[numbers].view(numpy.uint32), want[numbers].view(numpy.uint32))
