"""What Hugging Face's libraries compute, to compare with: token ids, log-probabilities, greedy text."""

import contextlib
import logging
import warnings

import torch
from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

MAX_LENGTH = 512  # tokens of prompt and answer together, the default of dpo eval
CONTROL = 3  # the token type of control tokens in a GGUF file


@contextlib.contextmanager
def no_complaints():
    """Turn every warning into a failure, and what the libraries write to their logs as warnings too."""
    heard = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: heard.append(record.getMessage())
    loggers = [logging.getLogger(name) for name in ("transformers", "peft", "huggingface_hub", "torch")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # PEFT 0.21 asks transformers 5.23 for a property by its older name.
            warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)
            yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    assert not heard, heard


def tokenizer_from_gguf(path):
    """SmolLM2's tokenizer from a GGUF file's tokens and merges: each digit apart, then byte-level BPE."""
    fields = GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    backend = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token, kind in zip(tokens, types) if kind == CONTROL]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token=tokens[fields["tokenizer.ggml.eos_token_id"].contents()],
        chat_template=fields["tokenizer.chat_template"].contents(),
    )


def pair_ids(tokenizer, pairs):
    """(prompt, chosen, rejected) ids of each pair; the prompt's ids begin those of the whole conversation."""

    def encode(conversations, prompt_alone):
        if not conversations:
            return []
        return tokenizer.apply_chat_template(
            conversations, add_generation_prompt=prompt_alone, tokenize=True, return_dict=False
        )

    prompts = encode([pair.prompt for pair in pairs], True)
    sides = [
        encode([pair.prompt + [{"role": "assistant", "content": answer}] for pair, answer in zip(pairs, answers)], False)
        for answers in ([pair.chosen for pair in pairs], [pair.rejected for pair in pairs])
    ]
    rows = []
    for prompt, chosen, rejected in zip(prompts, *sides):
        assert chosen[: len(prompt)] == prompt and rejected[: len(prompt)] == prompt
        rows.append((prompt, chosen[len(prompt) :], rejected[len(prompt) :]))
    return rows


@torch.no_grad()
def answer_log_probs(model, prompt, answer):
    """The summed log-probability of an answer's tokens, cut as TRL cuts a sequence."""
    ids = torch.tensor([(prompt + answer)[:MAX_LENGTH]])
    logits = model(input_ids=ids).logits[0, len(prompt) - 1 : -1]
    return torch.log_softmax(logits.double(), -1).gather(1, ids[0, len(prompt) :, None]).sum().item()


def pair_log_probs(model, tokenizer, pairs):
    """(chosen, rejected) summed log-probabilities of each pair."""
    return [
        (answer_log_probs(model, prompt, chosen), answer_log_probs(model, prompt, rejected))
        for prompt, chosen, rejected in pair_ids(tokenizer, pairs)
    ]


@torch.no_grad()
def greedy(model, tokenizer, prompt, tokens):
    """The likeliest answer to a user's message, of at most this many tokens, and its ids."""
    inputs = tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    ids = model.generate(**inputs, do_sample=False, max_new_tokens=tokens)[0, inputs["input_ids"].shape[1] :]
    return tokenizer.decode(ids, skip_special_tokens=True), ids.tolist()
