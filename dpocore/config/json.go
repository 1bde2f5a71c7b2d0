package config

import (
	"encoding/json"

	"example.com/gonb-dpo/dpocore/policy/adamw"
)

// recorded is a Config as run.json has it. Runs recorded before AdamW's constants were settings have none of them, and their
// checksums must stay the same, so the default values are left out.
type recorded struct {
	plain
	AdamBeta1   *float64 `json:"adam_beta1,omitempty"`
	AdamBeta2   *float64 `json:"adam_beta2,omitempty"`
	AdamEpsilon *float64 `json:"adam_epsilon,omitempty"`
}

type plain Config

// MarshalJSON implements json.Marshaler.
func (c Config) MarshalJSON() ([]byte, error) {
	r := recorded{plain: plain(c)}
	if c.AdamBeta1 != adamw.Default.Beta1 {
		r.AdamBeta1 = &c.AdamBeta1
	}
	if c.AdamBeta2 != adamw.Default.Beta2 {
		r.AdamBeta2 = &c.AdamBeta2
	}
	if c.AdamEpsilon != adamw.Default.Epsilon {
		r.AdamEpsilon = &c.AdamEpsilon
	}
	return json.Marshal(r)
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Config) UnmarshalJSON(raw []byte) error {
	r := recorded{plain: plain(*c)}
	r.plain.AdamBeta1, r.plain.AdamBeta2, r.plain.AdamEpsilon = adamw.Default.Beta1, adamw.Default.Beta2, adamw.Default.Epsilon
	r.AdamBeta1, r.AdamBeta2, r.AdamEpsilon = &r.plain.AdamBeta1, &r.plain.AdamBeta2, &r.plain.AdamEpsilon
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	*c = Config(r.plain)
	return nil
}
