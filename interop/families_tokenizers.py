"""Made-up tokenizers and chat templates with the parts that those of the real families have."""

import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = [
    "Name three fruits: an apple, a pear and a fig.", "What is the capital of France? The capital of France is Paris.",
    "Here you are:\n\n1. Apple\n\n2. Pear\n\n30. Fig", "I'd've said: we'll see, DON'T ask. How are you? Fine, thanks.",
    "user assistant system You are a helpful assistant. Be brief.", "two blanks  before, a tab\tafter; 12345 67,890.12",
]  # fmt: skip

SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"

CHATML = """\
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\nAnswer so:\\n{\\"tool\\": <name>, \\"with\\": <{}>}\\n<|im_end|>\\n" }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- else %}
    {{- '<|im_start|>system\\nYou are kind.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\\n{"tool": "' }}
            {{- tool_call.name }}
            {{- '", "with": ' }}
            {{- tool_call.arguments | tojson }}
            {{- '}' }}
        {%- endfor %}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- message.content }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

HEADERS = """\
{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%Y") %}
    {%- else %}
        {%- set date_string = "2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{%- if builtin_tools is defined %}
    {{- "Tools: " + builtin_tools | reject('equalto', 'code') | join(", ") + "\\n" }}
{%- endif %}
{%- if tools is not none and not tools_in_user_message %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
    {%- endfor %}
{%- endif %}
{{- "Today is " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("one call at a time") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {%- for name, value in tool_call.arguments | items %}
            {{- name + '="' + value + '"' }}
        {%- endfor %}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""

BARS = """\
{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>\n' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>\n' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>\n'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}"""


def special(text):
    return AddedToken(text, special=True, normalized=False)


def byte_level(pre, specials, normalizer=None, ignore_merges=False, begin=None):
    """Byte-level BPE: SmolLM2 splits digits before GPT-2's pattern, Qwen2 and Llama 3 have other patterns."""
    backend = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    backend.normalizer = normalizer
    backend.pre_tokenizer = pre_tokenizers.Sequence(pre)
    backend.decoder = decoders.ByteLevel()
    backend.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=420, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    )
    backend.add_special_tokens([special(text) for text in specials])
    if begin is not None:
        first = processors.TemplateProcessing(f"{begin} $A", special_tokens=[(begin, backend.token_to_id(begin))])
        backend.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), first])
    return backend


def sentence_piece():
    """BPE over letters, with a byte for what it lacks and a mark for each blank, as TinyLlama has it."""
    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    backend.train_from_iterator(
        (piece for text in TEXTS for piece in text.split("\n")),
        trainers.BpeTrainer(vocab_size=200, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False, max_token_length=8),
    )
    learned = json.loads(backend.to_str())["model"]
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    names += [piece for piece in sorted(learned["vocab"], key=learned["vocab"].get) if piece not in names]
    merges = [tuple(merge) for merge in learned["merges"]]
    whole = Tokenizer(models.BPE({name: i for i, name in enumerate(names)}, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    whole.normalizer = backend.normalizer
    whole.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    whole.add_special_tokens([special(name) for name in names[:3]])
    begin = [("<s>", 1)]
    whole.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", begin)
    return whole


def own_pattern(digits):
    split = pre_tokenizers.Split(Regex(SPLIT % digits), behavior="isolated")
    return [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]


def smollm_tokenizer():
    pre = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    return byte_level(pre, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])


def qwen_tokenizer():
    return byte_level(own_pattern(""), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizers.NFC())


def llama3_tokenizer():
    names = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>"]
    return byte_level(own_pattern("{1,3}"), names, ignore_merges=True, begin=names[0])
