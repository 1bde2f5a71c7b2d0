"""huggingface_hub and dpo push and pull work with the same hub, a local one in memory, and get each other's files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """The hub, as the environment of programs that use it."""
    program = tmp_path_factory.mktemp("program") / "hub"
    subprocess.run(["go", "build", "-o", program, "./interop/hub"], cwd=ROOT, check=True)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as serving:
        address = serving.stdout.readline().strip()
        yield os.environ | {
            "HF_ENDPOINT": address, "HF_TOKEN": "hf_interop", "HF_HOME": str(tmp_path_factory.mktemp("hf")),
            "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "127.0.0.1,localhost",
        }  # fmt: skip
        serving.stdin.close()
        assert serving.stdout.read().strip() == "1", "a part was sent twice"


@pytest.fixture(scope="module")
def adapter(tmp_path_factory):
    """The files of an adapter, the largest in three parts, beside one that is not to be sent."""
    folder = tmp_path_factory.mktemp("adapter")
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 2, "base_model_name_or_path": "me/base"}))
    (folder / "adapter_model.safetensors").write_bytes(os.urandom(5 << 19))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "README.md").write_text("---\nlibrary_name: peft\n---\nAn adapter: é\n")
    (folder / "plots").mkdir()
    (folder / "plots/loss.png").write_bytes(b"\x89PNG" + os.urandom(1000))
    return folder


def files(folder):
    """Contents by name, without hidden folders of caches."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = {str(path.relative_to(folder)): path.read_bytes() for path in paths}
    return {name: content for name, content in names.items() if not name.startswith(".") and name != "SHA256SUMS"}


def hf(hub, script, *arguments):
    done = subprocess.run([sys.executable, "-c", script, *map(str, arguments)], env=hub, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]


def dpo(hub, *arguments):
    done = subprocess.run([ROOT / "bin/dpo", *map(str, arguments)], env=hub, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


UPLOAD = """
import sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo(sys.argv[2], private=True, exist_ok=True)
first = api.upload_folder(repo_id=sys.argv[2], folder_path=sys.argv[1])
assert api.upload_folder(repo_id=sys.argv[2], folder_path=sys.argv[1]).oid == first.oid
assert api.repo_info(sys.argv[2]).private
"""

DOWNLOAD = """
import sys
from huggingface_hub import snapshot_download
snapshot_download(sys.argv[1], local_dir=sys.argv[2])
"""


def test_huggingface_hub_alone(hub, adapter, tmp_path):
    hf(hub, UPLOAD, adapter, "me/python")
    hf(hub, DOWNLOAD, "me/python", tmp_path)
    assert files(tmp_path) == files(adapter)


def test_pull_of_their_upload(hub, adapter, tmp_path):
    hf(hub, UPLOAD, adapter, "me/python")
    dpo(hub, "pull", "me/python", "--out", tmp_path / "pulled")
    assert files(tmp_path / "pulled") == files(adapter)


def test_their_download_of_a_push(hub, adapter, tmp_path):
    (adapter / "weights_of_mine.jsonl").write_text("{}")
    try:
        dpo(hub, "push", adapter, "me/go", "--private")
        assert "nothing to do" in dpo(hub, "push", adapter, "me/go")
    finally:
        (adapter / "weights_of_mine.jsonl").unlink()
    hf(hub, DOWNLOAD, "me/go", tmp_path)
    assert files(tmp_path) == files(adapter)


def test_each_continues_the_other(hub, adapter, tmp_path):
    """What one has sent is unchanged for the other."""
    dpo(hub, "push", adapter, "me/both")
    hf(hub, UPLOAD.replace("assert api.repo_info(sys.argv[2]).private", ""), adapter, "me/both")
    assert "nothing to do" in dpo(hub, "push", adapter, "me/both")
