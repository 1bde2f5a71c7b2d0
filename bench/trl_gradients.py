"""How far TRL's gradients in bfloat16 are from its own in float32, on the batches of 2 pairs that our half precisions are tested on.

usage: trl_gradients.py MODEL.gguf TOKENIZER_FOLDER PARITY_FOLDER [BATCHES]

PARITY_FOLDER holds pairs.jsonl (token ids) and initial_adapter. An answer with its prompt is cut to 96 tokens, 64 of them for the
end of the prompt. The changed adapter has noise of 0.002 on all values. Printed for each of TRL's two ways, bfloat16 autocast over
weights in float32 and over weights in bfloat16: the minimum cosine of a LoRA tensor's gradient, and the maximum reward of the
fresh adapter and of the changed one less its reward in float32.
"""
import json
import os
import sys
import tempfile
import warnings

import torch
from datasets import Dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

warnings.simplefilter("ignore")
gguf, tokenizer_folder, parity = sys.argv[1:4]
batches = int(sys.argv[4]) if len(sys.argv) > 4 else 20
PROMPT, ANSWER, NOISE, BETA = 64, 32, 2e-3, 0.1
tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)


def features():
    """The ids of the pairs, in batches of two."""
    with open(os.path.join(parity, "pairs.jsonl")) as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(2 * batches))]
    cut = [
        {"prompt_ids": row["prompt_ids"][-PROMPT:], "chosen_ids": row["chosen_ids"][:ANSWER], "rejected_ids": row["rejected_ids"][:ANSWER]}
        for row in rows
    ]
    return [cut[i : i + 2] for i in range(0, len(cut), 2)]


def trainer(weights, bf16):
    """TRL's trainer with the recorded adapter on weights of a type."""
    folder, name = os.path.split(gguf)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=weights)
    model.is_quantized, model.hf_quantizer = False, None  # the weights were widened while loading
    model = PeftModel.from_pretrained(model, os.path.join(parity, "initial_adapter"), is_trainable=True)
    pair = {"prompt": "a", "chosen": "b", "rejected": "c"}
    config = DPOConfig(
        output_dir=tempfile.mkdtemp(), beta=BETA, bf16=bf16, use_cpu=True, gradient_checkpointing=False, report_to="none",
        per_device_train_batch_size=2, disable_tqdm=True, max_steps=1,
    )
    dpo = DPOTrainer(model=model, args=config, train_dataset=Dataset.from_list([pair] * 2), processing_class=tokenizer)
    dpo.model = dpo.accelerator.prepare_model(dpo.model)  # with autocast, as train() does
    dpo.current_gradient_accumulation_steps = 1
    return dpo


def gradients(dpo, change):
    """Gradients by tensor and rewards of each batch, with `change` added to the recorded adapter."""
    model = dpo.model
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    start = {name: p.detach().clone() for name, p in trained.items()}
    generator = torch.Generator().manual_seed(7)
    found = []
    with torch.no_grad():
        for name in sorted(trained):
            trained[name] += (change * torch.randn(start[name].shape, generator=generator)).to(start[name].dtype)
    for batch in features():
        model.zero_grad()
        dpo._metrics["train"].clear()
        dpo.training_step(model, dpo._prepare_inputs(dpo.data_collator(batch)))
        metrics = dpo._metrics["train"]
        rewards = [metrics[f"rewards/{side}"][-1] for side in ("chosen", "rejected")]
        found.append(({name: p.grad.detach().float().clone() for name, p in trained.items()}, rewards))
    with torch.no_grad():
        for name, p in trained.items():
            p.copy_(start[name])
    return found


def compare(full, half):
    """The minimum cosine over batches and tensors, and the maximum difference of a batch's mean reward."""
    least, reward = 1.0, 0.0
    for (want, wanted), (got, rewarded) in zip(full, half):
        for name in want:
            if want[name].norm() > 0:
                least = min(least, torch.nn.functional.cosine_similarity(want[name].flatten(), got[name].flatten(), dim=0).item())
        reward = max(reward, *(abs(a - b) for a, b in zip(wanted, rewarded)))
    return least, reward


changes = {"fresh": 0.0, "changed": NOISE}
dpo = trainer(torch.float32, False)
full = {name: gradients(dpo, change) for name, change in changes.items()}
for way, weights in (("weights in float32", torch.float32), ("weights in bfloat16", torch.bfloat16)):
    dpo = trainer(weights, True)
    for name, change in changes.items():
        least, reward = compare(full[name], gradients(dpo, change))
        print(f"TRL, bfloat16 autocast, {way}, {name} adapter, {batches} batches: minimum cosine {least:.5f}, reward off by at most {reward:.1e}", flush=True)
