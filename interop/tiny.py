"""A Llama of two layers with SmolLM2's tokens, an adapter that begins on it, and TRL's training of the two."""

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
from trl import DPOConfig, DPOTrainer

MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def write(model_folder, adapter_folder, tokenizer, tied=True):
    """Random weights, large for so narrow a model, so that its logits differ clearly; the adapter's B is zero."""
    torch.manual_seed(5)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=1024, tie_word_embeddings=tied, rms_norm_eps=1e-5,
            initializer_range=0.1, bos_token_id=1, eos_token_id=2, pad_token_id=2,
        )
    )  # fmt: skip
    model.save_pretrained(model_folder)
    tokenizer.save_pretrained(model_folder)
    lora = LoraConfig(r=4, lora_alpha=4, lora_dropout=0.0, target_modules=MODULES, task_type="CAUSAL_LM")
    get_peft_model(model, lora).save_pretrained(adapter_folder)


def train(model_folder, adapter_folder, pairs, settings, output_folder, trainer_class=DPOTrainer, config_class=DPOConfig, trained=None):
    """TRL's log of training on the pairs in their order, a line a step. settings are those of the config's class. Without an adapter all
    weights are trained; the model is appended to the list trained, if any."""
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
    rows = [
        {
            "prompt": pair.prompt,
            "chosen": [{"role": "assistant", "content": pair.chosen}],
            "rejected": [{"role": "assistant", "content": pair.rejected}],
        }
        for pair in pairs
    ]
    config = config_class(
        output_dir=str(output_folder), bf16=False, use_cpu=True, gradient_checkpointing=False, save_strategy="no",
        report_to="none", logging_steps=1, disable_tqdm=True, train_sampling_strategy="sequential", seed=42, **settings,
    )  # fmt: skip
    trainer = trainer_class(
        model=PeftModel.from_pretrained(model, adapter_folder, is_trainable=True) if adapter_folder else model, args=config,
        train_dataset=Dataset.from_list(rows), processing_class=AutoTokenizer.from_pretrained(model_folder),
    )  # fmt: skip
    trainer.train()
    if trained is not None:
        trained.append(trainer.model)
    return [line for line in trainer.state.log_history if "loss" in line]
