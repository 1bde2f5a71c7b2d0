package config

import (
	"fmt"
	"slices"
)

// The references that have a name.
const (
	ReferenceBase    = "base"    // the model without an adapter
	ReferenceAdapter = "adapter" // the model with the adapter that the run starts from, as it was then
)

// References lists the named values of Config.Reference; others are folders of models.
var References = []string{ReferenceBase, ReferenceAdapter}

// ReferenceModel is the folder of another model that is the reference, or "".
func (c Config) ReferenceModel() string {
	if slices.Contains(References, c.Reference) {
		return ""
	}
	return c.Reference
}

var referenceSetting = Setting[string]{
	JSON: "reference", Label: "the reference", Swept: Swept{Refused: "the runs would have different references, so that their figures could not be compared"},
	Kept:      "the figures of the steps before are against it",
	Help:      "what the model is compared with: base, the model itself; adapter, the model with --init-adapter as it was; or the `folder` of another model with the same tokenizer (default adapter if one is given, else base)",
	Field:     func(c *Config) *string { return &c.Reference },
	Rule:      checkReference,
	Resumable: true, // run.json has the SHA-256 of its weights, which is compared instead
}

func checkReference(c Config) error {
	switch {
	case c.Reference == "":
		return nil
	case !c.Reward().NeedsReference():
		return fmt.Errorf("the loss %s needs no reference; leave reference out", lossTypeText(c))
	case c.Reference == ReferenceAdapter && c.InitAdapter == "":
		return fmt.Errorf("the reference is %q, but the run starts from a new adapter; name the one to start from (--init-adapter), or leave reference out", ReferenceAdapter)
	case c.ReferenceModel() != "" && c.GuardKL > 0:
		return fmt.Errorf("guard_kl measures the divergence from the model that is trained, and the reference is another one, %s; leave one of them out", c.Reference)
	}
	return nil
}
