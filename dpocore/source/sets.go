package source

import (
	"strings"

	"example.com/gonb-dpo/dpocore/hub"
)

// Pinned revisions: the commits of the main branches in August 2026, none of which had
// changed since 2024.
const (
	hhRevision        = "09be8c5bbc57cb3887f3a9732ad6aa7ec602a1fa"
	shpRevision       = "e94b5f32602712d78ed494fe79105b1959396686"
	binarizedRevision = "3949bf5f8c17c394422ccfab0c31ea9c20bdeb85"
	originalRevision  = "40b436560ca83a8dba36114c22ab3c66e43f6d5e"

	// WebGPT's main branch has only a script that downloads the data from
	// elsewhere. This branch is the hub's conversion of the data; it is not pinned,
	// because none of its commits could be verified.
	webgptRevision = "refs/convert/parquet"
)

// named is a source with its name.
type named struct {
	name string
	set
}

var subreddits = []string{
	"askacademia", "askanthropology", "askbaking", "askcarguys", "askculinary", "askdocs", "askengineers", "askhistorians", "askhr",
	"askphilosophy", "askphysics", "askscience", "asksciencefiction", "asksocialscience", "askvet", "changemyview", "explainlikeimfive", "legaladvice",
}

// sets returns all sources in the order in which they are listed.
func sets() []named {
	dataset := func(id, revision string) hub.Repo { return hub.Repo{Kind: hub.Dataset, ID: id, Revision: revision} }
	var all []named
	for _, part := range []string{"harmless-base", "helpful-base", "helpful-online", "helpful-rejection-sampled"} {
		all = append(all, named{"hh-rlhf/" + part, set{
			dataset("Anthropic/hh-rlhf", hhRevision), []string{part + "/train.jsonl.gz"}, []string{part + "/test.jsonl.gz"}, readHH,
			"conversations with an assistant and two answers, one preferred by a crowd worker (" + part + ")"}})
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
			"questions with two answers that cite web pages, scored by people; ties are skipped"}},
		named{"shp", set{dataset("stanfordnlp/SHP", shpRevision), train, test, readSHP,
			"posts of 18 subreddits with two comments, one of which has more votes; shp/askculinary, for example, is one subreddit"}},
		named{"ultrafeedback", set{dataset("HuggingFaceH4/ultrafeedback_binarized", binarizedRevision),
			[]string{"data/train_prefs-00000-of-00001.parquet"}, []string{"data/test_prefs-00000-of-00001.parquet"}, readBinarized,
			"61,000 prompts with the answer of four models that GPT-4 scored best, against another one"}},
		named{"ultrafeedback/original", set{dataset("openbmb/UltraFeedback", originalRevision),
			[]string{"evol_instruct.jsonl", "false_qa.jsonl", "flan.jsonl", "sharegpt.jsonl", "truthful_qa.jsonl", "ultrachat.jsonl"}, nil, readOriginal,
			"64,000 prompts with all pairs of four models' answers, scored by GPT-4"}},
	)
	for _, domain := range subreddits {
		train, test := shp(domain)
		all = append(all, named{"shp/" + domain, set{dataset("stanfordnlp/SHP", shpRevision), train, test, readSHP, "the subreddit " + domain + " of shp"}})
	}
	return all
}

// find returns a source by its name; hh-rlhf is short for hh-rlhf/harmless-base.
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
