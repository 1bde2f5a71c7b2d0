"""What TRL's own loss code makes of log-probabilities that are given to it: values and gradients, a pair at a time."""

from collections import defaultdict
from types import SimpleNamespace

import torch
from trl.trainer.dpo_trainer import DPOTrainer

DISCOPOP_TAU = 0.05  # DPOConfig's default


def given_model(log_probs):
    """A model that answers with these log-probabilities [2·pairs, tokens − 1] of the tokens after the first."""
    nothing = torch.zeros_like(log_probs)
    answer = SimpleNamespace(log_probs=log_probs, entropy=nothing, mean_logits=nothing, is_top1=nothing.bool())
    return lambda **inputs: answer


def trainer(loss_types, loss_weights, beta, label_smoothing):
    """What DPOTrainer's loss reads of a trainer that has its reference log-probabilities in the batch."""
    same = SimpleNamespace(device="cpu", gather=lambda x: x, gather_for_metrics=lambda x: x)
    return SimpleNamespace(
        model=SimpleNamespace(training=True), accelerator=same, args=SimpleNamespace(discopop_tau=DISCOPOP_TAU),
        loss_types=loss_types, loss_weights=loss_weights, beta=beta, label_smoothing=label_smoothing,
        f_divergence_type="reverse_kl", ld_alpha=None, precompute_ref_logps=True, use_weighting=False,
        aux_loss_enabled=False, _metrics=defaultdict(lambda: defaultdict(list)), _total_train_tokens=0, _tp_size=1,
    )  # fmt: skip


def batch_loss(loss_types, loss_weights, beta, label_smoothing, policy, reference, tokens, dtype=torch.float64):
    """TRL's loss of a batch and its gradient by the policy's log-probabilities [pairs, 2].

    policy and reference are summed log-probabilities, tokens the numbers of answer tokens, all [pairs, 2] lists with
    chosen before rejected. TRL sums log-probabilities over each row, so each answer's is put at its first token.
    """
    policy = torch.tensor(policy, dtype=dtype, requires_grad=True)
    reference = torch.tensor(reference, dtype=dtype)
    lengths = torch.tensor(tokens).T.reshape(-1)  # TRL's order: all chosen, then all rejected
    places = torch.arange(1 + int(lengths.max()))  # one token of prompt before the answer
    mask = ((places >= 1) & (places <= lengths[:, None])).long()
    log_probs = torch.nn.functional.pad(policy.T.reshape(-1, 1), (0, int(lengths.max()) - 1))
    inputs = {
        "input_ids": torch.zeros_like(mask), "attention_mask": torch.ones_like(mask), "completion_mask": mask,
        "ref_chosen_logps": reference[:, 0], "ref_rejected_logps": reference[:, 1],
    }  # fmt: skip
    settings = trainer(loss_types, loss_weights, beta, label_smoothing)
    loss = DPOTrainer._compute_loss(settings, given_model(log_probs), inputs, False)
    loss.backward()
    return loss.item(), policy.grad.tolist()
