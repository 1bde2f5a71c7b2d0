package source

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/hubtest"
	"example.com/gonb-dpo/internal/shared"
)

// testFile reads a file of testdata, which has made-up texts in each source's published
// format. The Parquet files were written by datasets 5.2.0 (pyarrow 26.0.1) with the
// features in the dataset cards.
func testFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func zipped(content []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(content)
	w.Close()
	return out.Bytes()
}

var revisionInPath = regexp.MustCompile(`/revision/.*`)

// serve starts a hub that has all sources at any revision, and returns the revisions that
// are requested.
func serve(t *testing.T) (asked *[]string) {
	t.Helper()
	hh := map[string][]byte{}
	for _, part := range []string{"harmless-base", "helpful-base", "helpful-online", "helpful-rejection-sampled"} {
		hh[part+"/train.jsonl.gz"], hh[part+"/test.jsonl.gz"] = zipped(testFile(t, "hh_train.jsonl")), zipped(testFile(t, "hh_test.jsonl"))
	}
	shp := map[string][]byte{}
	for _, domain := range subreddits {
		shp[domain+"/train.json"], shp[domain+"/test.json"] = testFile(t, "shp_train.json"), testFile(t, "shp_test.json")
	}
	original := map[string][]byte{}
	for _, name := range []string{"evol_instruct", "false_qa", "flan", "sharegpt", "truthful_qa", "ultrachat"} {
		original[name+".jsonl"] = testFile(t, "original.jsonl")
	}
	server := hubtest.Serve(t, map[string]map[string][]byte{
		"datasets/Anthropic/hh-rlhf": hh, "datasets/stanfordnlp/SHP": shp, "datasets/openbmb/UltraFeedback": original,
		"datasets/openai/webgpt_comparisons": {"default/train/0000.parquet": testFile(t, "webgpt.parquet")},
		"datasets/HuggingFaceH4/ultrafeedback_binarized": {
			"data/train_prefs-00000-of-00001.parquet": testFile(t, "binarized_train.parquet"),
			"data/test_prefs-00000-of-00001.parquet":  testFile(t, "binarized_test.parquet"),
		},
	})
	asked = new([]string)
	server.Answer = func(_ http.ResponseWriter, r *http.Request) bool {
		if revision := revisionInPath.FindString(r.URL.Path); revision != "" {
			*asked = append(*asked, strings.TrimPrefix(revision, "/revision/"))
			r.URL.Path = revisionInPath.ReplaceAllString(r.URL.Path, "/revision/main")
		}
		return false
	}
	return asked
}

// written formats pairs as lines of prompt > chosen > rejected.
func written(set *preference.Set) string {
	var lines []string
	if set == nil {
		return "none"
	}
	for _, pair := range set.Pairs {
		lines = append(lines, strings.ReplaceAll(pair.PromptText(), "\n\n", "|")+" > "+pair.Chosen+" > "+pair.Rejected)
	}
	return strings.Join(lines, "\n")
}

// TestSources: the pairs are those that each dataset card describes. SHP has seven pairs
// of post p1 with a ratio of 2 or more, of which the first five are used. Four completions
// with scores 7, 9, 1, 7 give five pairs, as in a ranking with a tie.
func TestSources(t *testing.T) {
	asked := serve(t)
	const (
		hh     = "How do I boil an egg? > Seven minutes in boiling water. > No.\nuser: Hello|assistant: Hello! How can I help?|user: Name a river. > The Danube. > The Alps."
		hhTest = "Name a hill. > Box Hill. > Paris."
		garlic = "How do I peel garlic? > "
		shp    = garlic + "Crush it first. > With teeth.\n" + garlic + "Shake it in a jar. > Don't.\n" + garlic + "Good 3. > Bad 3.\n" +
			garlic + "Good 4. > Bad 4.\n" + garlic + "Good 5. > Bad 5.\nKnife or press? > Buy paste. > Use a knife."
		colour = "Name a colour. > Blue, like the sky. > Red.\nName a colour. > Blue, like the sky. > Green.\n" +
			"Name a colour. > Blue, like the sky. > Seven.\nName a colour. > Red. > Seven.\nName a colour. > Green. > Seven."
	)
	six := strings.TrimSuffix(strings.Repeat(colour+"\n", 6), "\n")
	for _, test := range []struct{ name, revision, report, train, heldOut string }{
		{"hh-rlhf", hhRevision, "kept 2 pairs, left out 1: 1 different prompts", hh, hhTest},
		{"hh-rlhf/harmless-base", hhRevision, "kept 2 pairs, left out 1: 1 different prompts", hh, hhTest},
		{"hh-rlhf/helpful-rejection-sampled", hhRevision, "kept 2 pairs, left out 1: 1 different prompts", hh, hhTest},
		{"webgpt", webgptRevision, "kept 2 pairs, left out 3: 1 tie, 1 equal answers, 1 empty answer",
			"Why is rain wet? > Because it is water [1]. > It just is.\nHow do magnets work? > Their electrons' spins line up [1][2]. > Nobody can say.", "none"},
		{"shp/askculinary", shpRevision, "kept 6 pairs, left out 3: 2 beyond the first 5 of their post, 1 with a score ratio below 2", shp, "Rinse rice? > Yes, cold water. > No."},
		{"ultrafeedback", binarizedRevision, "kept 2 pairs, left out 1: 1 equal answers", "Name a fruit. > An apple. > A stone.\nCount.|To two. > One, two. > Two.", "Held out? > Yes. > No idea."},
		{"ultrafeedback/original", originalRevision, "kept 30 pairs, left out 12: 6 ties, 6 fewer than two scored answers", six, "none"},
	} {
		*asked = nil
		train, heldOut, err := Load(context.Background(), test.name, DefaultOptions(), nil)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := written(train); got != test.train {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.train)
		}
		if got := written(heldOut); got != test.heldOut {
			t.Errorf("%s held out: %s, want %s", test.name, got, test.heldOut)
		}
		if got := train.Report(); got != test.report {
			t.Errorf("%s: %s, want %s", test.name, got, test.report)
		}
		if len(*asked) != 1 || (*asked)[0] != test.revision {
			t.Errorf("%s: asked for %v, want %s", test.name, *asked, test.revision)
		}
		if train.Columns.Note() != "" || train.Source != test.name {
			t.Errorf("%s: source %s, %s", test.name, train.Source, train.Columns)
		}
	}
	if all, _, err := Load(context.Background(), "shp", DefaultOptions(), nil); err != nil || len(all.Pairs) != 18*6 {
		t.Errorf("shp: %v", err)
	}
}

// TestWebGPTComparisonsFile: the authors' file has the same comparisons in another format.
func TestWebGPTComparisonsFile(t *testing.T) {
	hub, _, err := Load(context.Background(), "webgpt:testdata/webgpt.parquet", DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	authors, _, err := Load(context.Background(), "webgpt:testdata/webgpt.jsonl", DefaultOptions(), nil)
	if err != nil || written(authors) != written(hub) || authors.Report() != hub.Report() || authors.Pairs[1].Where() != "testdata/webgpt.jsonl, line 2" {
		t.Errorf("%v:\n%s\nwant\n%s", err, written(authors), written(hub))
	}
}

func TestOptions(t *testing.T) {
	for _, test := range []struct {
		name, file string
		o          Options
		pairs      int
	}{
		{"shp", "shp_train.json", Options{SHPRatio: 1}, 9},
		{"shp", "shp_train.json", Options{SHPRatio: 1, SHPPairs: 1}, 2},
		{"shp", "shp_train.json", Options{SHPRatio: 4}, 1},
		{"ultrafeedback/original", "original.jsonl", Options{SHPRatio: 1, Answers: preference.ListOptions{Choice: preference.BestWorst}}, 1},
		{"ultrafeedback/original", "original.jsonl", Options{SHPRatio: 1, Answers: preference.ListOptions{MinGap: 3}}, 3},
	} {
		train, heldOut, err := Load(context.Background(), test.name+":testdata/"+test.file, test.o, nil)
		if err != nil || len(train.Pairs) != test.pairs || heldOut != nil {
			t.Errorf("%s %+v: %v, want %d pairs", test.name, test.o, err, test.pairs)
		}
	}
	for name, pairs := range map[string]int{"shp,ratio=1,pairs=0:testdata/shp_train.json": 9, "SHP,ratio=4:testdata/shp_train.json": 1,
		"ultrafeedback/original,pairs=adjacent:testdata/original.jsonl": 4, "ultrafeedback/original,pairs=all,gap=3:testdata/original.jsonl": 3} {
		train, _, err := Load(context.Background(), name, DefaultOptions(), nil)
		if err != nil || len(train.Pairs) != pairs || !Is(name) {
			t.Errorf("%s: %v, want %d pairs", name, err, pairs)
		}
	}
	if _, _, err := Load(context.Background(), "shp:testdata/shp_train.json", Options{}, nil); err == nil || !strings.Contains(err.Error(), "at least 1") {
		t.Errorf("a ratio of 0: %v", err)
	}
}

func TestMistakes(t *testing.T) {
	work := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(work, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := `{"post_id":"p","history":"h","human_ref_A":"a","human_ref_B":"b","labels":1,"score_ratio":3}` + "\n"
	for _, test := range []struct {
		name string
		want []string
	}{
		{"hh-rhlf", []string{`"hh-rhlf"`, "did you mean hh-rlhf"}},
		{"helpful_base", []string{"did you mean hh-rlhf/helpful-base"}},
		{"webgtp", []string{"webgpt"}},
		{"ultra-feedback", []string{"did you mean ultrafeedback"}},
		{"wikipedia", []string{"choose one of", "webgpt"}},
		{"shp,ration=3", []string{`no setting "ration"`, "it has ratio"}},
		{"shp/askhr,ratio=much", []string{`ratio is "much"`, "a number"}},
		{"shp,ratio=0.5", []string{"ratio is 0.5", "at least 1"}},
		{"shp,pairs=-1", []string{"is -1"}},
		{"ultrafeedback/original,pairs=some", []string{`"some"`, "best-worst"}},
		{"hh-rlhf,pairs=1", []string{"hh-rlhf has no settings"}},
		{"webgpt:nowhere", []string{`"nowhere"`, "openai/webgpt_comparisons"}},
		{"shp:" + file("a.json", good+strings.Replace(good, `"labels":1`, `"labels":2`, 1)), []string{"a.json, line 2", `"labels" is 2`}},
		{"shp:" + file("b.json", good+strings.Replace(good, "score_ratio", "ratio", 1)), []string{"b.json, line 2", `"score_ratio" is missing`, "there are post_id"}},
		{"shp:" + file("c.json", strings.Replace(good, `"a"`, `7`, 1)), []string{"c.json, line 1", `"human_ref_A" is a number`}},
		{"webgpt:" + file("d.jsonl", `{"question":{"full_text":"q"},"answer_0":"a","score_0":1,"answer_1":"b","score_1":1}`), []string{"d.jsonl, line 1", "sum to 0"}},
		{"webgpt:" + file("h.jsonl", `[{"question":{"full_text":"q"},"answer":"a","score":1}]`), []string{"h.jsonl, line 1", "has 1 records"}},
		{"webgpt:" + file("i.jsonl", `[{"question":{"full_text":"q"},"answer":"a","score":1},{"question":{"full_text":"q"},"answer":"a"}]`), []string{"i.jsonl, line 1", "record 2 has no"}},
		{"webgpt:" + file("j.jsonl", `[{"question":`), []string{"j.jsonl, line 1", "two records"}},
		{"webgpt:" + file("e.jsonl", `{"question":"q","answer_0":"a","score_0":1,"answer_1":"b","score_1":-1}`), []string{`"question" is a string`}},
		{"ultrafeedback/original:" + file("f.jsonl", `{"source":"s","instruction":"q","models":[],"completions":[{"response":3}]}`), []string{`"completions[0].response" is a number`}},
		{"ultrafeedback:" + file("g.jsonl", `{"prompt":"q","chosen":"a","rejected":"b"}`), []string{"g.jsonl", `"prompt_id"`}},
		{"ultrafeedback/original:" + work, []string{"evol_instruct.jsonl"}},
	} {
		_, _, err := Load(context.Background(), test.name, DefaultOptions(), nil)
		if err == nil {
			t.Errorf("%s: no error", test.name)
			continue
		}
		for _, part := range test.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not contain %q", test.name, err, part)
			}
		}
	}
}

// TestUnreachable: without a hub and with an empty cache the error explains how to proceed.
func TestUnreachable(t *testing.T) {
	serve(t)
	t.Setenv("HF_HUB_OFFLINE", "1")
	_, _, err := Load(context.Background(), "webgpt", DefaultOptions(), nil)
	if err == nil || !strings.Contains(err.Error(), "hf download openai/webgpt_comparisons") || !strings.Contains(err.Error(), `refs/convert/parquet, and then name the pairs "webgpt:FOLDER"`) {
		t.Errorf("%v", err)
	}
}

// TestFolder: downloaded files can be used offline, and by their folder.
func TestFolder(t *testing.T) {
	serve(t)
	online, _, err := Load(context.Background(), "hh-rlhf", DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := online.Pairs[0].Where(), "Anthropic/hh-rlhf/harmless-base/train.jsonl.gz, line 1"; got != want {
		t.Errorf("the first pair is at %s, want %s", got, want)
	}
	folder := filepath.Join(os.Getenv("HF_HOME"), "hub/datasets--Anthropic--hh-rlhf/snapshots", hubtest.Commit)
	t.Setenv("HF_HUB_OFFLINE", "1")
	local, heldOut, err := Load(context.Background(), "hh-rlhf:"+folder, DefaultOptions(), nil)
	if err != nil || written(local) != written(online) || len(heldOut.Pairs) != 1 {
		t.Fatalf("%v", err)
	}
	if got, want := local.Pairs[0].Source, filepath.Join(folder, "harmless-base/train.jsonl.gz"); got != want {
		t.Errorf("the first pair is from %s, want %s", got, want)
	}
}

// TestPublishedHH: the published file of HH-RLHF gives the 2,303 pairs that TRL used
// according to parity/README.md.
func TestPublishedHH(t *testing.T) {
	set, _, err := Load(context.Background(), "hh-rlhf:"+shared.Path(t, "data/hh-rlhf/harmless-base/test.jsonl.gz"), DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Pairs) != 2303 || len(set.Skipped) != 9 {
		t.Error(set.Report())
	}
}
