package config

import "encoding/json"

// recorded is a Config as run.json has it. Runs recorded before some constants were settings have none of them, and their
// checksums must stay the same, so their default values are left out.
type recorded struct {
	plain
	AdamBeta1   *float64 `json:"adam_beta1,omitempty"`
	AdamBeta2   *float64 `json:"adam_beta2,omitempty"`
	AdamEpsilon *float64 `json:"adam_epsilon,omitempty"`
	DPOPLambda  *float64 `json:"dpop_lambda,omitempty"`
	SimPOGamma  *float64 `json:"simpo_gamma,omitempty"`
	Desirable   *float64 `json:"desirable_weight,omitempty"`
	Undesirable *float64 `json:"undesirable_weight,omitempty"`
}

type plain Config

// optional is a setting that run.json lacks if it has its default.
type optional struct {
	recorded **float64
	value    *float64
	standard float64
}

func (r *recorded) optional() []optional {
	p, d := &r.plain, Default()
	return []optional{
		{&r.AdamBeta1, &p.AdamBeta1, d.AdamBeta1}, {&r.AdamBeta2, &p.AdamBeta2, d.AdamBeta2}, {&r.AdamEpsilon, &p.AdamEpsilon, d.AdamEpsilon},
		{&r.DPOPLambda, &p.DPOPLambda, d.DPOPLambda}, {&r.SimPOGamma, &p.SimPOGamma, d.SimPOGamma},
		{&r.Desirable, &p.DesirableWeight, d.DesirableWeight}, {&r.Undesirable, &p.UndesirableWeight, d.UndesirableWeight},
	}
}

// MarshalJSON implements json.Marshaler.
func (c Config) MarshalJSON() ([]byte, error) {
	r := recorded{plain: plain(c)}
	for _, o := range r.optional() {
		if *o.value != o.standard {
			*o.recorded = o.value
		}
	}
	return json.Marshal(r)
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Config) UnmarshalJSON(raw []byte) error {
	r := recorded{plain: plain(*c)}
	for _, o := range r.optional() {
		*o.value, *o.recorded = o.standard, o.value
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	*c = Config(r.plain)
	return nil
}
