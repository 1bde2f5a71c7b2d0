"""Train with TRL as `dpo train` does: the same weights, pairs, order and settings, on the CPU, SPLIT pairs of a step at a time.

usage: trl_dpo.py MODEL.gguf TOKENIZER_FOLDER PAIRS.jsonl STEPS BATCH SPLIT {live|precomputed} {float32|bfloat16}
"""
import itertools
import json
import re
import sys
import tempfile
import time
import warnings

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

warnings.simplefilter("ignore")
gguf, tokenizer_folder, pairs_file, steps, batch, split, reference, precision = sys.argv[1:]
steps, batch, split = int(steps), int(batch), int(split)
folder, name = gguf.rsplit("/", 1)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=getattr(torch, precision))
model.is_quantized, model.hf_quantizer = False, None  # the weights were widened to float32 while loading
tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)


def turns(transcript):
    """The turns of a text of HH-RLHF."""
    parts = re.split(r"\n\n(Human|Assistant):", transcript)[1:]
    roles = {"Human": "user", "Assistant": "assistant"}
    return [{"role": roles[role], "content": text.strip()} for role, text in zip(parts[::2], parts[1::2])]


def pair(row):
    """A pair as TRL takes it, of a prompt and two answers or of HH-RLHF's two transcripts; None where it teaches nothing."""
    if "prompt" in row:
        texts = ("user", row["prompt"]), ("assistant", row["chosen"]), ("assistant", row["rejected"])
        prompt, chosen, rejected = ([{"role": role, "content": text}] for role, text in texts)
        return {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    chosen, rejected = turns(row["chosen"]), turns(row["rejected"])
    if chosen[:-1] != rejected[:-1] or not chosen[-1]["content"] or not rejected[-1]["content"] or chosen[-1] == rejected[-1]:
        return None
    return {"prompt": chosen[:-1], "chosen": chosen[-1:], "rejected": rejected[-1:]}


rows = filter(None, (pair(json.loads(line)) for line in open(pairs_file)))
dataset = Dataset.from_list(list(itertools.islice(rows, steps * batch)))
config = DPOConfig(
    output_dir=tempfile.mkdtemp(),
    beta=0.1,
    learning_rate=5e-5,
    max_steps=steps,
    warmup_steps=5,
    per_device_train_batch_size=split,
    gradient_accumulation_steps=batch // split,
    max_length=512,
    bf16=precision == "bfloat16",
    use_cpu=True,
    gradient_checkpointing=False,
    precompute_ref_log_probs=reference == "precomputed",
    save_strategy="no",
    report_to="none",
    logging_steps=1,
    disable_tqdm=True,
    seed=42,
)
lora = LoraConfig(
    r=16,
    lora_alpha=16,
    lora_dropout=0.0,
    task_type="CAUSAL_LM",
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
)
trainer = DPOTrainer(model=model, args=config, train_dataset=dataset, processing_class=tokenizer, peft_config=lora)
begun = time.time()
trainer.train()
print(f"TRL: {time.time() - begun:.1f} s for {steps} steps of {batch} pairs")
