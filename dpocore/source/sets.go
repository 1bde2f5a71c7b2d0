package source

import (
	"strings"

	"example.com/gonb-dpo/dpocore/hub"
)

// Revisions. Those that are commits are what their main branches held in
// August 2026; each had not changed since 2024 or longer.
const (
	hhRevision        = "09be8c5bbc57cb3887f3a9732ad6aa7ec602a1fa"
	shpRevision       = "e94b5f32602712d78ed494fe79105b1959396686"
	binarizedRevision = "3949bf5f8c17c394422ccfab0c31ea9c20bdeb85"
	originalRevision  = "40b436560ca83a8dba36114c22ab3c66e43f6d5e"

	// WebGPT's main branch holds only a program that fetches the data from
	// elsewhere. The hub's own conversion of the data is on this branch, of
	// which no commit could be verified: it is not pinned.
	webgptRevision = "refs/convert/parquet"
)

type named struct {
	name string
	set
}

var subreddits = []string{
	"askacademia", "askanthropology", "askbaking", "askcarguys", "askculinary", "askdocs", "askengineers", "askhistorians", "askhr",
	"askphilosophy", "askphysics", "askscience", "asksciencefiction", "asksocialscience", "askvet", "changemyview", "explainlikeimfive", "legaladvice",
}

// sets are all sources, in the order in which they are listed.
func sets() []named {
	dataset := func(id, revision string) hub.Repo { return hub.Repo{Kind: hub.Dataset, ID: id, Revision: revision} }
	var all []named
	for _, part := range []string{"harmless-base", "helpful-base", "helpful-online", "helpful-rejection-sampled"} {
		all = append(all, named{"hh-rlhf/" + part, set{
			dataset("Anthropic/hh-rlhf", hhRevision), []string{part + "/train.jsonl.gz"}, []string{part + "/test.jsonl.gz"}, readHH,
			"conversations with an assistant, of two answers the one that a crowd worker preferred (" + part + ")"}})
	}
	shp := func(domains ...string) (train, test []string) {
		for _, domain := range domains {
			train, test = append(train, domain+"/train.json"), append(test, domain+"/test.json")
		}
		return train, test
	}
	train, test := shp(subreddits...)
	all = append(all,
		named{"webgpt", set{dataset("openai/webgpt_comparisons", webgptRevision), []string{"default/train/0000.parquet"}, nil, readWebGPT,
			"questions with two answers that cite web pages, scored by people; ties are left out"}},
		named{"shp", set{dataset("stanfordnlp/SHP", shpRevision), train, test, readSHP,
			"posts of 18 subreddits with two comments, of which one has more votes; shp/askculinary is one of them, and so on"}},
		named{"ultrafeedback", set{dataset("HuggingFaceH4/ultrafeedback_binarized", binarizedRevision),
			[]string{"data/train_prefs-00000-of-00001.parquet"}, []string{"data/test_prefs-00000-of-00001.parquet"}, readBinarized,
			"61,000 prompts, of four models' answers the one that GPT-4 scored best against another one"}},
		named{"ultrafeedback/original", set{dataset("openbmb/UltraFeedback", originalRevision),
			[]string{"evol_instruct.jsonl", "false_qa.jsonl", "flan.jsonl", "sharegpt.jsonl", "truthful_qa.jsonl", "ultrachat.jsonl"}, nil, readOriginal,
			"64,000 prompts with the answers of four models and GPT-4's scores, all pairs of them"}},
	)
	for _, domain := range subreddits {
		train, test := shp(domain)
		all = append(all, named{"shp/" + domain, set{dataset("stanfordnlp/SHP", shpRevision), train, test, readSHP, "of shp the subreddit " + domain}})
	}
	return all
}

// find returns a source by its name; hh-rlhf alone is its harmless-base.
func find(name string) (*set, bool) {
	if strings.EqualFold(name, "hh-rlhf") {
		name = "hh-rlhf/harmless-base"
	}
	for _, s := range sets() {
		if strings.EqualFold(s.name, name) {
			return &s.set, true
		}
	}
	return &set{}, false
}
