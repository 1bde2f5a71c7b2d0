"""Train with TRL as `dpo train` does: the same weights, pairs, order and settings, in float32 on the CPU.

usage: trl_dpo.py MODEL.gguf TOKENIZER_FOLDER PAIRS.jsonl STEPS BATCH {live|precomputed}
"""
import json
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
gguf, tokenizer_folder, pairs_file, steps, batch, reference = sys.argv[1:]
steps, batch = int(steps), int(batch)
folder, name = gguf.rsplit("/", 1)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
model.is_quantized, model.hf_quantizer = False, None  # the weights were widened to float32 while loading
tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)


def turn(role, text):
    return [{"role": role, "content": text}]


rows = [json.loads(line) for line in open(pairs_file)][: steps * batch]
dataset = Dataset.from_list(
    [
        {
            "prompt": turn("user", row["prompt"]),
            "chosen": turn("assistant", row["chosen"]),
            "rejected": turn("assistant", row["rejected"]),
        }
        for row in rows
    ]
)
config = DPOConfig(
    output_dir=tempfile.mkdtemp(),
    beta=0.1,
    learning_rate=5e-5,
    max_steps=steps,
    warmup_steps=5,
    per_device_train_batch_size=batch,
    max_length=512,
    bf16=False,
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
