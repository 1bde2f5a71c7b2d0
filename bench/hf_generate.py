"""Print the tokens per second of transformers' generation from the same weights, in float32 on the CPU.

usage: hf_generate.py MODEL.gguf
"""
import sys
import time
import warnings

import torch
from transformers import AutoModelForCausalLM

warnings.simplefilter("ignore")
NEW_TOKENS = 64
folder, name = sys.argv[1].rsplit("/", 1)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
prompt = torch.arange(1000, 1032).reshape(1, -1)
for samples in (1, 4):
    options = {"do_sample": True, "num_return_sequences": samples, "pad_token_id": 2}
    with torch.no_grad():
        model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=4, **options)
        begun = time.time()
        model.generate(
            prompt, attention_mask=torch.ones_like(prompt), min_new_tokens=NEW_TOKENS, max_new_tokens=NEW_TOKENS, **options
        )
    print(f"samples={samples} {samples * NEW_TOKENS / (time.time() - begun):.1f} tokens/s", flush=True)
