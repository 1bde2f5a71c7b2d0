package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/loss"
)

// Config is how a run trains. DefaultConfig is the one home of its defaults; zero is a value like any other.
type Config struct {
	Beta           float64 `json:"beta"`            // how closely the policy is held to the reference: 0.01–0.1 conservative, 0.1–0.3 balanced, 0.3–0.5 aggressive
	LabelSmoothing float64 `json:"label_smoothing"` // the share of pairs whose labels are taken to be wrong (conservative DPO)
	LossType       string  `json:"loss_type"`       // one of loss.Types; "sigmoid" is the loss of the DPO paper
	SFTWeight      float64 `json:"sft_weight"`      // how much of plain fine-tuning on the chosen answers is added, 0 for none

	LoRARank    int      `json:"lora_r"`                 // width of the adapter: more can learn more, and costs more
	LoRAAlpha   float64  `json:"lora_alpha"`             // the adapter's contribution is scaled by alpha/rank
	LoRAModules []string `json:"lora_modules,omitempty"` // the projections that carry it, such as "q_proj"; none named means all
	RSLoRA      bool     `json:"use_rslora,omitempty"`   // scale by alpha/√rank instead, so that large ranks keep learning

	LearningRate         float64 `json:"learning_rate"` // the greatest rate, reached after the warm-up
	Scheduler            string  `json:"lr_scheduler"`  // how the rate goes on after the warm-up: "linear" or "cosine" to 0, or "constant"
	WarmupSteps          int     `json:"warmup_steps"`  // steps in which the rate rises from 0
	MaxSteps             int     `json:"max_steps"`
	BatchSize            int     `json:"batch_size"`                  // pairs
	GradientAccumulation int     `json:"gradient_accumulation_steps"` // batches a step
	MaxGradNorm          float64 `json:"max_grad_norm"`               // a longer gradient is shortened to this

	MaxLength int  `json:"max_length"` // tokens of prompt and answer together; what is longer is cut
	Shuffle   bool `json:"shuffle"`    // a new order of the pairs in each epoch
	Seed      int  `json:"seed"`       // of the order and of the adapter's first values

	EvalSteps int `json:"eval_steps"` // steps between evaluations on held-out pairs; 0 for one at the end
	SaveSteps int `json:"save_steps"` // steps between checkpoints; 0 for one at the end

	KeepCheckpoints int `json:"save_total_limit"`         // the last ones stay, and the best of those that were evaluated
	EarlyStopping   int `json:"early_stopping,omitempty"` // evaluations without a lower held-out loss that end the run; it then takes the best checkpoint. 0 for never

	SamplePrompts []string `json:"sample_prompts,omitempty"` // answered while training, to see the model change
	SampleSteps   int      `json:"sample_steps,omitempty"`   // steps between such answers; 0 for none
	SampleTokens  int      `json:"sample_tokens,omitempty"`  // longest such answer

	Precision string `json:"precision"` // of the products with the model's matrices: one of Precisions

	InitAdapter string `json:"init_adapter,omitempty"` // a PEFT folder to start from
	AdapterBin  bool   `json:"adapter_bin,omitempty"`  // write adapter_model.bin too
	Overwrite   bool   `json:"-"`                      // remove the run that the folder holds, whatever it is, and begin anew
}

// DefaultConfig is the start for SmolLM2-135M-Instruct.
func Default() Config {
	return Config{
		Beta: 0.1, LossType: "sigmoid",
		LoRARank: 16, LoRAAlpha: 16,
		LearningRate: 5e-5, Scheduler: "linear", WarmupSteps: 5, MaxSteps: 50, BatchSize: 8, GradientAccumulation: 1, MaxGradNorm: 1,
		MaxLength: 512, Shuffle: true, Seed: 42,
		EvalSteps: 10, SaveSteps: 10, KeepCheckpoints: 2,
		Precision: Auto,
	}
}

// StepPairs is the number of pairs that a step learns from.
func (c Config) StepPairs() int { return c.BatchSize * c.GradientAccumulation }

// LoRA is the adapter that the configuration asks for.
func (c Config) LoRA() decoder.LoRA {
	modules := c.LoRAModules
	if len(modules) == 0 {
		modules = decoder.AllModules
	}
	return decoder.LoRA{Rank: c.LoRARank, Alpha: c.LoRAAlpha, Modules: modules, RankStabilized: c.RSLoRA}
}

// Validate names every setting that no run can have, with its value and what it may be.
func (c Config) Validate() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	real := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	fault(!(c.Beta > 0) || !real(c.Beta), "beta is %g; it must be above 0 (0.1 is a good start)", c.Beta)
	faults = append(faults, loss.Check(c.LossType), loss.CheckSmoothing(c.LossType, c.LabelSmoothing), c.LoRA().Validate())
	fault(!(c.SFTWeight >= 0) || !real(c.SFTWeight), "the weight of fine-tuning on the chosen answers is %g; it must be at least 0", c.SFTWeight)
	fault(!(c.LearningRate > 0) || !real(c.LearningRate), "the learning rate is %g; it must be above 0 (5e-5 is a good start)", c.LearningRate)
	fault(!slices.Contains(Schedulers, c.Scheduler), "the scheduler is %q; it may be %s", c.Scheduler, strings.Join(Schedulers, ", "))
	fault(!slices.Contains(Precisions, c.Precision), "the precision is %q; it may be %s", c.Precision, strings.Join(Precisions, ", "))
	fault(c.WarmupSteps < 0, "the warm-up is %d steps; it must be at least 0", c.WarmupSteps)
	fault(c.MaxSteps < 1, "the run is %d steps; it must be at least 1", c.MaxSteps)
	fault(c.BatchSize < 1, "the batch is %d pairs; it must be at least 1", c.BatchSize)
	fault(c.GradientAccumulation < 1, "gradient accumulation is %d; it must be at least 1", c.GradientAccumulation)
	fault(!(c.MaxGradNorm > 0), "the greatest gradient norm is %g; it must be above 0", c.MaxGradNorm)
	fault(c.MaxLength < 8, "the greatest length is %d tokens; it must be at least 8", c.MaxLength)
	fault(c.EvalSteps < 0, "evaluation every %d steps; it must be at least 0", c.EvalSteps)
	fault(c.SaveSteps < 0, "a checkpoint every %d steps; it must be at least 0", c.SaveSteps)
	fault(c.KeepCheckpoints < 1, "%d checkpoints are kept; it must be at least 1", c.KeepCheckpoints)
	fault(c.EarlyStopping < 0, "early stopping after %d evaluations; it must be at least 0", c.EarlyStopping)
	fault(c.EarlyStopping > 0 && c.EvalSteps == 0, "early stopping needs evaluations while training; set the steps between them (10 is a good start)")
	fault(c.SampleSteps < 0, "answers every %d steps; it must be at least 0", c.SampleSteps)
	fault(c.SampleSteps > 0 && c.SampleTokens < 1, "answers while training have %d tokens; it must be at least 1", c.SampleTokens)
	return errors.Join(faults...)
}
