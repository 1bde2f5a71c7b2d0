package source

import (
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/hub"
)

// named is a source with its name.
type named struct {
	name string
	set
}

// published lists all sources in the order in which they are shown. Each is in its own file, with its reader.
var published = slices.Concat(hhRLHF, webGPT, shp, ultraFeedback, shpSubreddits)

// dataset is a dataset on the hub. Revisions are pinned: the commits of the main branches in August 2026, none of which had
// changed since 2024.
func dataset(id, revision string) hub.Repo {
	return hub.Repo{Kind: hub.Dataset, ID: id, Revision: revision}
}

// find returns a source by its name; hh-rlhf is short for hh-rlhf/harmless-base.
func find(name string) (*set, bool) {
	if strings.EqualFold(name, "hh-rlhf") {
		name = "hh-rlhf/harmless-base"
	}
	for i := range published {
		if strings.EqualFold(published[i].name, name) {
			return &published[i].set, true
		}
	}
	return &set{}, false
}
