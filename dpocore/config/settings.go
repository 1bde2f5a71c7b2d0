package config

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config/bounds"
	"example.com/gonb-dpo/dpocore/config/setting"
	"example.com/gonb-dpo/dpocore/loss"
)

// The settings' tables and what goes with them.
type (
	Setting[T any] = setting.Setting[Config, T]
	Row            = setting.Row[Config]
	Table          = setting.Table[Config]
	Swept          = setting.Swept
	ParseError     = setting.ParseError // of [Row]'s Parse
)

// The settings that have a short name in a sweep: in flags, cells and the names of runs.
var (
	// Beta is the weight of the KL penalty in DPO's objective (Rafailov et al. 2023, eq. 3). DPO walkthroughs call
	// 0.01–0.1 conservative, 0.1–0.3 balanced and 0.3–0.5 aggressive; those words are theirs, and say nothing about how far
	// the policy moves.
	Beta = Setting[float64]{
		JSON: "beta", Label: "beta", Swept: Swept{Short: "beta", Rebuilds: setting.Nothing},
		Help:  "strength of the tie to the reference: a small beta ties the policy loosely, so that it may move far, a large one tightly",
		Field: func(c *Config) *float64 { return &c.Beta },
		Check: bounds.Above(0., "0.1"),
	}
	LearningRate = Setting[float64]{
		JSON: "learning_rate", Label: "the learning rate", Swept: Swept{Short: "lr", Rebuilds: setting.Nothing},
		Help:  "peak learning rate, reached at the end of warm-up",
		Field: func(c *Config) *float64 { return &c.LearningRate },
		Check: bounds.Above(0., "5e-5"),
	}
	LoRARank = Setting[int]{
		JSON: "lora_r", Label: "the LoRA rank", Swept: Swept{Short: "rank", Rebuilds: setting.All},
		Kept:  ofAdapter,
		Help:  "rank of the adapter",
		Field: func(c *Config) *int { return &c.LoRARank },
		Check: bounds.AtLeast(1, "16"),
	}
	LossType = Setting[string]{
		JSON: "loss_type", Label: "the loss type", Swept: Swept{Short: "loss", Rebuilds: setting.LossOnly},
		Help:  "the `loss`, or several with commas, which are added: " + strings.Join(loss.Types(), ", "),
		Field: func(c *Config) *string { return &c.LossType },
		Rule:  func(c Config) error { return loss.Check(c.LossType) },
		Text:  lossTypeText,
	}
)

// noEffect is why a sweep can't vary what only says what a run writes and when.
const noEffect = "it does not change what is learned"

// otherTokens is why a sweep can't vary what the chat template writes.
const otherTokens = "the pairs would have different tokens, so that their figures could not be compared"

// Settings has one row for each field of [Config] except Overwrite, which is about the folder and no part
// of a run. Faults and differences are reported in its order.
var Settings = slices.Concat(lossSettings, FineTuning)

// FineTuning has the settings that a run of supervised fine-tuning has too: all but those of the loss.
var FineTuning = slices.Concat(Table{fullSetting}, OfAdapter, optimizerSettings, dataSettings, progressSettings, guardSettings, reportSettings, sampleSettings)

var lossSettings = Table{
	Beta,
	referenceSetting,
	LossType,
	Setting[[]float64]{
		JSON: "loss_weights", Label: "the list of loss weights", Swept: Swept{Rebuilds: setting.LossOnly},
		Help:  "`weights` of several losses, such as 0.8,0.2,1.0 (default 1 each)",
		Field: func(c *Config) *[]float64 { return &c.LossWeights },
		Rule:  checkLossWeights,
		Text:  lossWeightsText,
	},
	Setting[float64]{
		JSON: "label_smoothing", Label: "label smoothing",
		Help:  "assumed fraction of pairs with swapped labels",
		Field: func(c *Config) *float64 { return &c.LabelSmoothing },
		Rule:  func(c Config) error { return loss.CheckSmoothing(c.LossType, c.LabelSmoothing) },
	},
	Setting[float64]{
		JSON: "sft_weight", Label: "the SFT weight", Swept: Swept{Rebuilds: setting.LossOnly},
		Help:  "weight of an added SFT loss on the chosen answers, as a loss \"sft\" has; 0 for none",
		Field: func(c *Config) *float64 { return &c.SFTWeight },
		Check: bounds.AtLeast(0., ""),
		Rule:  checkSFTWeight,
	},
	Setting[float64]{
		JSON: "dpop_lambda", Label: "dpop's lambda", Swept: Swept{Loss: "dpop"},
		Help:  "with the loss dpop: penalty on chosen answers that become less likely",
		Field: func(c *Config) *float64 { return &c.DPOPLambda },
		Check: bounds.Above(0., "50"),
		Text:  of("dpop", func(c Config) float64 { return c.DPOPLambda }),
	},
	Setting[float64]{
		JSON: "simpo_gamma", Label: "simpo's gamma", Swept: Swept{Loss: "simpo"},
		Help:  "with the loss simpo: the margin that it aims at, a quarter to a half of beta",
		Field: func(c *Config) *float64 { return &c.SimPOGamma },
		Check: bounds.AtLeast(0., "half of beta"),
		Text:  of("simpo", func(c Config) float64 { return c.SimPOGamma }),
	},
	Setting[float64]{
		JSON: "desirable_weight", Label: "the weight of good answers", Swept: Swept{Loss: loss.KTOName},
		Help:  "with the loss kto: how much good answers count; if they are fewer than the bad ones, raise it until both sides weigh the same",
		Field: func(c *Config) *float64 { return &c.DesirableWeight },
		Check: bounds.Above(0., "1"),
		Text:  of(loss.KTOName, func(c Config) float64 { return c.DesirableWeight }),
	},
	Setting[float64]{
		JSON: "undesirable_weight", Label: "the weight of bad answers", Swept: Swept{Loss: loss.KTOName},
		Help:  "with the loss kto: how much bad answers count",
		Field: func(c *Config) *float64 { return &c.UndesirableWeight },
		Check: bounds.Above(0., "1"),
		Text:  of(loss.KTOName, func(c Config) float64 { return c.UndesirableWeight }),
	},
}

var dataSettings = Table{
	Setting[int]{
		JSON: "max_length", Label: "the maximum length", Unit: "tokens", Swept: Swept{Rebuilds: setting.All},
		Kept:  ofTokens,
		Help:  "maximum tokens of prompt and answer together; longer pairs are truncated",
		Field: func(c *Config) *int { return &c.MaxLength },
		Check: bounds.AtLeast(8, ""),
	},
	Setting[bool]{
		JSON: "shuffle", Label: "shuffling",
		Help:  "reshuffle the pairs in each epoch",
		Field: func(c *Config) *bool { return &c.Shuffle },
	},
	Setting[int]{
		JSON: "seed", Label: "the seed",
		Help:  "seed of the pairs' order and the adapter's initial values",
		Field: func(c *Config) *int { return &c.Seed },
	},
	Setting[string]{
		JSON: "date", Label: "the date", Swept: Swept{Refused: otherTokens},
		Kept:  ofTokens,
		Help:  DateHelp + " (default that on which the run begins)",
		Field: func(c *Config) *string { return &c.Date },
		Rule:  func(c Config) error { _, err := ParseDate(c.Date); return err },
		Match: func(mine, recorded string) bool { return mine == "" || recorded == "" }, // the tokens then tell whether they differ
	},
	Setting[string]{
		JSON: "chat_template", TRL: "chat_template_path", Label: "the chat template", Swept: Swept{Refused: otherTokens},
		Kept:  ofTokens,
		Help:  "`file` with a chat template in Jinja, to use in place of the model's; the adapter and the merged model get it too",
		Field: func(c *Config) *string { return &c.ChatTemplate },
		Text:  templateText,
	},
	Setting[Arguments]{
		JSON: "template_arg", TRL: "chat_template_kwargs", Label: "the list of template arguments", Swept: Swept{Refused: otherTokens},
		Kept:  ofTokens,
		Help:  "a `name=value` for the chat template, such as enable_thinking=false; can be repeated",
		Field: func(c *Config) *Arguments { return &c.TemplateArgs },
		Rule:  func(c Config) error { return c.TemplateArgs.Check() },
		Text:  func(c Config) string { return cmp.Or(c.TemplateArgs.String(), "empty") },
	},
	Setting[string]{
		JSON: "system", Label: "the system prompt", Swept: Swept{Refused: otherTokens},
		Kept:  ofTokens,
		Help:  "`text` of a system turn for prompts that have none",
		Field: func(c *Config) *string { return &c.System },
		Text:  func(c Config) string { return cmp.Or(c.System, "none") },
	},
}

// templateText names a template for a person. A run compares the text, of which its record has all.
func templateText(c Config) string {
	if c.ChatTemplate == "" {
		return "the model's"
	}
	if !isTemplate(c.ChatTemplate) {
		return c.ChatTemplate
	}
	return fmt.Sprintf("another one (SHA-256 %.8x…)", sha256.Sum256([]byte(c.ChatTemplate)))
}

var progressSettings = Table{
	Setting[Steps]{
		JSON: "eval_steps", Label: "the evaluation interval", Unit: "steps",
		Help:      "`steps` between evaluations on the held-out pairs, a share of the run such as 0.1, or epoch; 0 for one at the end",
		Field:     func(c *Config) *Steps { return &c.EvalSteps },
		Check:     Steps.must,
		Resumable: true, // with early stopping it matters; that row compares it
	},
	Setting[bool]{
		JSON: "eval_on_start", Label: "the choice of an evaluation before the first step", Swept: Swept{Refused: noEffect},
		Help:      "evaluate before the first step too",
		Field:     func(c *Config) *bool { return &c.EvalOnStart },
		Resumable: true,
	},
	Setting[Steps]{
		JSON: "save_steps", Label: "the checkpoint interval", Unit: "steps", Swept: Swept{Refused: noEffect},
		Help:      "`steps` between checkpoints, a share of the run such as 0.1, or epoch; 0 for one at the end",
		Field:     func(c *Config) *Steps { return &c.SaveSteps },
		Check:     Steps.must,
		Resumable: true,
	},
	Setting[int]{
		JSON: "save_total_limit", Label: "the number of checkpoints to keep", Swept: Swept{Refused: noEffect},
		Help:      "number of latest checkpoints to keep; the best one is kept as well",
		Field:     func(c *Config) *int { return &c.KeepCheckpoints },
		Check:     bounds.AtLeast(1, ""),
		Resumable: true,
	},
	Setting[int]{
		JSON: "early_stopping", Label: "the limit for early stopping", Unit: "evaluations",
		Help:  "stop after this many evaluations without a lower held-out loss, and use the best checkpoint; 0 for never",
		Field: func(c *Config) *int { return &c.EarlyStopping },
		Check: bounds.AtLeast(0, ""),
		Rule:  checkEarlyStopping,
		Text:  earlyStoppingText,
	},
}

var reportSettings = Table{
	Setting[string]{
		JSON: "report_to", Label: "the choice of a report", Swept: Swept{Refused: noEffect},
		Help:  "also write the metrics to a file in the run folder that TensorBoard shows: " + strings.Join(Reports, " or "),
		Field: func(c *Config) *string { return &c.ReportTo },
		Rule: func(c Config) error {
			return oneOf("report", cmp.Or(c.ReportTo, NoReport), Reports)
		},
		Resumable: true,
	},
}

var sampleSettings = Table{
	Setting[[]string]{
		JSON: "sample_prompts", Label: "the list of sample prompts", NoFlag: true,
		Field:     func(c *Config) *[]string { return &c.SamplePrompts },
		Resumable: true,
	},
	Setting[int]{
		JSON: "sample_steps", Label: "the interval of sample answers", Unit: "steps", NoFlag: true,
		Field:     func(c *Config) *int { return &c.SampleSteps },
		Check:     bounds.AtLeast(0, ""),
		Resumable: true,
	},
	Setting[int]{
		JSON: "sample_tokens", Label: "the maximum length of sample answers", Unit: "tokens", NoFlag: true,
		Field:     func(c *Config) *int { return &c.SampleTokens },
		Rule:      checkSampleTokens,
		Resumable: true,
	},
}

// earlyStoppingText includes the evaluation interval, since both decide when the run stops.
func earlyStoppingText(c Config) string {
	if c.EarlyStopping == 0 {
		return "none"
	}
	return fmt.Sprintf("%d evaluations, %v steps apart", c.EarlyStopping, c.EvalSteps)
}

func checkSampleTokens(c Config) error {
	if c.SampleSteps > 0 && c.SampleTokens < 1 {
		return fmt.Errorf("the maximum length of sample answers is %d tokens; it must be at least 1", c.SampleTokens)
	}
	return nil
}
