package pairfile

import (
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// addSingle adds the answer of a record that has one, with a label. The layout names its column twice, so it is read as a pair of
// equal answers, in all forms that those of pairs have.
func (c *collector) addSingle(at recordfile.Place, record recordfile.Fields, good bool) error {
	pair, reason, err := c.pair(at, record, c.layout.Columns)
	if err != nil {
		return err
	}
	if pair.Single = true; good {
		pair.Rejected = ""
	} else {
		pair.Chosen = ""
	}
	if reason == "" {
		reason = c.weights.add(pair.Weight, !empty(record["weight"]))
	}
	c.add(at, pair, reason)
	return nil
}
