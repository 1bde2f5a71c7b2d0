package run

import (
	"cmp"
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
)

// differs returns the first difference between two runs that changes what is learned, such as "its beta is 0.1, this
// run's is 0.3"; "" if r can continue the recorded run.
func (r Record) differs(recorded Record) string {
	return cmp.Or(
		r.modelDifference(recorded),
		config.Difference(r.withStepsOf(recorded), recorded.Config),
		difference("mix of objectives", r.Mix.String(), recorded.Mix.String()),
		r.pairsDifference("training pairs", r.Train, recorded.Train, recorded),
		r.heldOutDifference(recorded),
	)
}

func difference(name, mine, recorded string) string {
	if mine == recorded {
		return ""
	}
	return fmt.Sprintf("its %s is %s, this run's is %s", name, recorded, mine)
}

// modelDifference compares the models, whose hashes say nothing to a person.
func (r Record) modelDifference(recorded Record) string {
	mine, other := r.Model, recorded.Model
	switch {
	case mine.Weights != other.Weights:
		return fmt.Sprintf("it was trained on other weights (%s) than those of %s", other.Path, mine.Path)
	case mine.Tokenizer != other.Tokenizer:
		return fmt.Sprintf("the tokenizer or the chat template of %s is not the one it was trained with (%s)", mine.Path, other.Path)
	case mine.Adapter != other.Adapter:
		return fmt.Sprintf("it started from %s, this run starts from %s", startOf(recorded), startOf(r))
	case mine.Reference != other.Reference || mine.ReferenceModel != other.ReferenceModel:
		return fmt.Sprintf("its reference is %s, this run's is %s", recorded.ReferenceText(), r.ReferenceText())
	}
	return ""
}

func startOf(r Record) string {
	if r.Model.Adapter == "" {
		return "a new adapter"
	}
	return fmt.Sprintf("the adapter %s (SHA-256 %.8s…)", r.Config.InitAdapter, r.Model.Adapter)
}

// ReferenceText says what the reference is, such as "the model alone".
func (r Record) ReferenceText() string {
	switch {
	case r.Model.ReferenceModel != "":
		return fmt.Sprintf("the model %s (SHA-256 %.8s…)", r.Config.ReferenceModel(), r.Model.ReferenceModel)
	case r.Model.Reference == "":
		return "the model alone"
	}
	return "the model with the initial adapter"
}

// pairsDifference compares sets of pairs: how many there are and of which file or, if that is equal, what else their tokens
// depend on.
func (r Record) pairsDifference(name string, mine, recorded DataFacts, other Record) string {
	cause := "a text or their order has changed since it began"
	if r.Config.Date != other.Config.Date {
		cause = "a text, their order, or the date in the chat template, which it did not record, has changed since it began; give the date of that day with --date"
	}
	switch {
	case mine.Tokens == recorded.Tokens:
		return ""
	case mine.Pairs != recorded.Pairs:
		return fmt.Sprintf("it has %d %s of %s, this run has %d of %s", recorded.Pairs, name, recorded.Source, mine.Pairs, mine.Source)
	case mine.Source != recorded.Source:
		return fmt.Sprintf("its %d %s are those of %s, this run's are those of %s", recorded.Pairs, name, recorded.Source, mine.Source)
	}
	return fmt.Sprintf("the %d %s of %s are no longer the same to the model: %s", recorded.Pairs, name, recorded.Source, cause)
}

// heldOutDifference compares the held-out pairs if they decide when the run stops and which step is the best.
func (r Record) heldOutDifference(recorded Record) string {
	if r.Config.EarlyStopping == 0 {
		return ""
	}
	return r.pairsDifference("held-out pairs", r.HeldOut.orNone(), recorded.HeldOut.orNone(), recorded)
}

// noteHeldOut is a sentence if a resumed run evaluates other pairs than it began with, where they decide nothing.
func (r Record) noteHeldOut(recorded Record) string {
	difference := r.pairsDifference("held-out pairs", r.HeldOut.orNone(), recorded.HeldOut.orNone(), recorded)
	if difference == "" {
		return ""
	}
	return fmt.Sprintf("The run evaluates other pairs than before: %s. Compare figures of the same pairs only.", difference)
}

// orNone is the zero value for nil.
func (f *DataFacts) orNone() DataFacts {
	if f == nil {
		return DataFacts{Source: "no file"}
	}
	return *f
}
