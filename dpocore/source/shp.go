package source

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

const shpRevision = "e94b5f32602712d78ed494fe79105b1959396686"

var subreddits = []string{
	"askacademia", "askanthropology", "askbaking", "askcarguys", "askculinary", "askdocs", "askengineers", "askhistorians", "askhr",
	"askphilosophy", "askphysics", "askscience", "asksciencefiction", "asksocialscience", "askvet", "changemyview", "explainlikeimfive", "legaladvice",
}

// shp is all of the Stanford Human Preferences.
var shp = []named{{"shp", shpSet("posts of 18 subreddits with two comments, one of which has more votes; shp/askculinary, for example, is one subreddit", subreddits...)}}

// shpSubreddits has a source for each subreddit of shp.
var shpSubreddits = func() (list []named) {
	for _, domain := range subreddits {
		list = append(list, named{"shp/" + domain, shpSet("the subreddit "+domain+" of shp", domain)})
	}
	return list
}()

func shpSet(description string, domains ...string) set {
	s := set{repo: dataset("stanfordnlp/SHP", shpRevision), read: readSHP, description: description}
	for _, domain := range domains {
		s.train, s.test = append(s.train, domain+"/train.json"), append(s.test, domain+"/test.json")
	}
	return s
}

// readSHP reads the Stanford Human Preferences (Ethayarajh et al. 2022,
// https://proceedings.mlr.press/v162/ethayarajh22a.html): labels is 1 if
// comment A has more votes, else 0. Options.SHPPairs limits the pairs per post to the
// first ones in the file.
func readSHP(into *preference.Set, path string, o Options) error {
	ofPost := map[string]int{}
	needed := []string{"post_id", "history", "human_ref_A", "human_ref_B", "labels", "score_ratio"}
	return recordfile.ReadFile(path, needed, func(r recordfile.Record) error {
		var texts [4]string
		for i, name := range needed[:4] {
			var err error
			if texts[i], err = r.Text(name); err != nil {
				return err
			}
		}
		label, err := r.Number("labels")
		if err != nil {
			return err
		}
		ratio, err := r.Number("score_ratio")
		if err != nil {
			return err
		}
		post, chosen, rejected := texts[0], texts[2], texts[3]
		switch label {
		case 0:
			chosen, rejected = rejected, chosen
		case 1:
		default:
			return fmt.Errorf("field \"labels\" is %g; it must be 1 (A is preferred) or 0", label)
		}
		reason := ""
		switch {
		case ratio < o.SHPRatio:
			reason = fmt.Sprintf("with a score ratio below %g", o.SHPRatio)
		case o.SHPPairs > 0 && ofPost[post] == o.SHPPairs:
			reason = fmt.Sprintf("beyond the first %d of their post", o.SHPPairs)
		default:
			ofPost[post]++
		}
		into.Add(r.Pair(preference.User(texts[1]), chosen, rejected), reason)
		return nil
	})
}
