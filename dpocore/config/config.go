// Package config holds the settings of a training run.
//
// Start with [Default], change what you need, and call [Config.Validate]. Everything else the program knows about a
// setting (its flag, help, check, whether a resumed run must agree on it, whether a sweep can vary it) is its row in
// [Settings]. A new setting is a field of [Config] and a row of that table.
package config

import (
	"errors"

	"example.com/gonb-dpo/dpocore/policy/adamw"
)

// Config holds the settings of a run. [Default] is the only place for default values; zero is a value like any other.
type Config struct {
	Beta           float64 `json:"beta"`            // strength of the tie to the reference; small values let the policy move far
	LabelSmoothing float64 `json:"label_smoothing"` // assumed fraction of pairs with swapped labels (conservative DPO)
	LossType       string  `json:"loss_type"`       // one of loss.Types, or several and "sft", with commas; "sigmoid" is the loss of the DPO paper
	SFTWeight      float64 `json:"sft_weight"`      // weight of an added SFT loss on the chosen answers; 0 for none

	DPOPLambda float64 `json:"dpop_lambda"` // penalty of dpop on chosen answers that become less likely
	SimPOGamma float64 `json:"simpo_gamma"` // margin that simpo aims at

	DesirableWeight   float64 `json:"desirable_weight"`   // how much good answers count with kto
	UndesirableWeight float64 `json:"undesirable_weight"` // and bad ones

	LossWeights []float64 `json:"loss_weights,omitempty"` // of several losses, in the order of LossType; empty if each counts once

	Full bool `json:"full,omitempty"` // train all weights of the model instead of an adapter

	LoRARank    int      `json:"lora_r"`                 // rank of the adapter; a higher rank can learn more and costs more
	LoRAAlpha   float64  `json:"lora_alpha"`             // the adapter's output is scaled by alpha/rank
	LoRAModules []string `json:"lora_modules,omitempty"` // projections with an adapter, such as "q_proj"; empty or [pattern.AllLinear] means all
	RSLoRA      bool     `json:"use_rslora,omitempty"`   // scale by alpha/√rank instead, so that high ranks keep learning

	RankPattern       []string `json:"rank_pattern,omitempty"`        // ranks of projections for which LoRARank does not count, such as "q_proj=8"
	AlphaPattern      []string `json:"alpha_pattern,omitempty"`       // their alphas, likewise
	LayersToTransform []int    `json:"layers_to_transform,omitempty"` // layers with an adapter, counted from 0; empty for all
	LoRADropout       float64  `json:"lora_dropout,omitempty"`        // share of the values of A's input that training drops
	LoRAPlusRatio     float64  `json:"loraplus_lr_ratio,omitempty"`   // learning rate of B, as a multiple of A's; 0 for the same

	LearningRate         float64 `json:"learning_rate"`               // peak rate, reached at the end of warm-up
	Scheduler            string  `json:"lr_scheduler"`                // one of Schedulers
	MinLRRate            float64 `json:"min_lr_rate,omitempty"`       // share of the peak rate that the schedulers with a floor fall to
	DecaySteps           Steps   `json:"num_decay_steps,omitempty"`   // length of the decay at the end of a warmup_stable_decay
	WarmupSteps          int     `json:"warmup_steps"`                // steps over which the rate rises linearly from 0
	WarmupRatio          float64 `json:"warmup_ratio,omitempty"`      // the same as a share of the run; used if WarmupSteps is 0
	MaxSteps             int     `json:"max_steps"`                   // optimizer steps; 0 for as many as NumTrainEpochs takes
	NumTrainEpochs       float64 `json:"num_train_epochs,omitempty"`  // passes over the pairs; used if MaxSteps is 0
	BatchSize            int     `json:"batch_size"`                  // pairs per batch
	GradientAccumulation int     `json:"gradient_accumulation_steps"` // batches per step
	MaxGradNorm          float64 `json:"max_grad_norm"`               // gradients are clipped to this norm
	WeightDecay          float64 `json:"weight_decay,omitempty"`      // AdamW's; the next three are Adam's β₁, β₂ and ε
	AdamBeta1            float64 `json:"adam_beta1"`
	AdamBeta2            float64 `json:"adam_beta2"`
	AdamEpsilon          float64 `json:"adam_epsilon"`

	MaxLength int  `json:"max_length"` // tokens of prompt and answer together; longer pairs are truncated
	Shuffle   bool `json:"shuffle"`    // reshuffle the pairs in each epoch
	Seed      int  `json:"seed"`       // of the pairs' order and the adapter's initial values

	// Date is what the chat template takes for the present, as [ParseDate] reads it; "" for the time at which the run begins,
	// which run.json then has if the template writes it.
	Date string `json:"date,omitempty"`

	ChatTemplate string    `json:"chat_template,omitempty"` // a template or its file, "" for the model's; run.json has the template
	TemplateArgs Arguments `json:"template_arg,omitempty"`  // values of the template's variables
	System       string    `json:"system,omitempty"`        // system turn of prompts without one; "" for none

	EvalSteps   Steps `json:"eval_steps"`              // between evaluations on the held-out pairs; 0 for one at the end
	EvalOnStart bool  `json:"eval_on_start,omitempty"` // evaluate before the first step too
	SaveSteps   Steps `json:"save_steps"`              // between checkpoints; 0 for one at the end

	KeepCheckpoints int `json:"save_total_limit"`         // number of latest checkpoints to keep; the best one is kept as well
	EarlyStopping   int `json:"early_stopping,omitempty"` // evaluations without a lower held-out loss before the run stops and uses its best checkpoint; 0 for never

	GuardKL         float64 `json:"guard_kl,omitempty"`         // bound of the divergence from the reference, in nats per token; 0 for none, as in the next two
	GuardChosen     float64 `json:"guard_chosen,omitempty"`     // bound of what the chosen answers lose against the reference, in nats per token
	GuardRepetition float64 `json:"guard_repetition,omitempty"` // bound of the repetition of sampled answers, from 0 to 1
	GuardAction     string  `json:"guard_action,omitempty"`     // what happens then: one of GuardActions

	ReportTo string `json:"report_to,omitempty"` // one of Reports: TensorBoard's file in the run folder, or nothing beside the logs

	SamplePrompts []string `json:"sample_prompts,omitempty"` // answered during training, to show how the model changes
	SampleSteps   int      `json:"sample_steps,omitempty"`   // steps between such answers; 0 for none
	SampleTokens  int      `json:"sample_tokens,omitempty"`  // maximum length of such an answer

	Precision   string `json:"precision"`              // of the products with the model's matrices: one of Precisions
	Quantize    string `json:"quantize,omitempty"`     // what the weights of an unquantized model are quantized to as they are read: one of Quantizations, or "" for nothing
	BaseWeights string `json:"base_weights,omitempty"` // how the weights of a quantized file are in memory: one of BaseWeights

	InitAdapter string `json:"init_adapter,omitempty"` // PEFT folder to start from
	Reference   string `json:"reference,omitempty"`    // one of References or a model's folder; "" for the adapter to start from, if any
	AdapterBin  bool   `json:"adapter_bin,omitempty"`  // also write adapter_model.bin
	Overwrite   bool   `json:"-"`                      // delete the run in the folder, if any, and start over
}

// Default returns settings that work for SmolLM2-135M-Instruct.
func Default() Config {
	return Config{
		Beta: 0.1, LossType: "sigmoid", DPOPLambda: 50, SimPOGamma: 0.5, DesirableWeight: 1, UndesirableWeight: 1,
		LoRARank: 16, LoRAAlpha: 16,
		LearningRate: 5e-5, Scheduler: Linear, WarmupSteps: 5, MaxSteps: 50, BatchSize: 8, GradientAccumulation: 1, MaxGradNorm: 1,
		AdamBeta1: adamw.Default.Beta1, AdamBeta2: adamw.Default.Beta2, AdamEpsilon: adamw.Default.Epsilon,
		MaxLength: 512, Shuffle: true, Seed: 42,
		EvalSteps: 10, SaveSteps: 10, KeepCheckpoints: 2,
		GuardAction: GuardStop, ReportTo: NoReport,
		Precision: Auto, BaseWeights: Auto,
	}
}

// StepPairs returns the number of pairs per optimizer step.
func (c Config) StepPairs() int { return c.BatchSize * c.GradientAccumulation }

// AdamW returns the optimizer's settings other than the learning rate.
func (c Config) AdamW() adamw.Settings {
	return adamw.Settings{Beta1: c.AdamBeta1, Beta2: c.AdamBeta2, Epsilon: c.AdamEpsilon, WeightDecay: c.WeightDecay, RatioB: c.LoRAPlusRatio}
}

// Validate reports every setting that is out of range, with its value and what it may be.
func (c Config) Validate() error { return errors.Join(Settings.Validate(c), c.checkFull()) }

// Difference returns how a run with settings mine differs from one recorded with settings recorded, such as
// "its beta is 0.1, this run's is 0.3"; "" if one can continue the other. It reports the first difference only.
func Difference(mine, recorded Config) string { return Settings.Difference(mine, recorded) }
