package hub

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/hubtest"
)

func TestNamesOutsideTheFolder(t *testing.T) {
	server := serve(t)
	server.Repos["models/owner/tiny"]["../../../out.json"] = []byte("{}")
	server.Repos["models/owner/tiny"][`..\out.json`] = []byte("{}")
	for _, name := range []string{"../../../out.json", `..\out.json`} {
		_, err := Fetch(context.Background(), tiny, []string{name}, nil)
		errtest.Contains(t, err, "points outside the folder")
	}
	_, err := Fetch(context.Background(), tiny, []string{"absent.json"}, nil)
	errtest.Contains(t, err, `the model has no file "absent.json"`, server.URL+"/owner/tiny/tree/main")
	_, err = Fetch(context.Background(), Repo{ID: "../tiny"}, []string{"config.json"}, nil)
	errtest.Contains(t, err, "owner/name")
}

func TestRefusals(t *testing.T) {
	answer := func(status int, code string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X-Error-Code", code)
			w.WriteHeader(status)
			return true
		}
	}
	server := serve(t)
	t.Setenv("HF_TOKEN", "hf_secret")
	for _, c := range []struct {
		name   string
		repo   Repo
		answer func(http.ResponseWriter, *http.Request) bool
		want   []string
	}{
		{"no such model", Repo{ID: "owner/none"}, nil, []string{"no model owner/none", server.URL + "/owner/none"}},
		{"no such dataset", Repo{Kind: Dataset, ID: "owner/none"}, nil, []string{"no dataset owner/none", server.URL + "/datasets/owner/none"}},
		{"no such revision", Repo{ID: "owner/tiny", Revision: "v9"}, nil, []string{`no revision "v9"`}},
		{"not signed in", tiny, answer(401, "RepoNotFound"), []string{"401", "hf auth login", "HF_TOKEN"}},
		{"gated", tiny, answer(401, "GatedRepo"), []string{"accept its terms on " + server.URL + "/owner/tiny", "HF_TOKEN"}},
		{"forbidden", tiny, answer(403, ""), []string{"403", "accept its terms"}},
		{"too many requests", tiny, answer(429, ""), []string{"asks to wait", "hf auth login"}},
		{"the server's trouble", tiny, answer(503, ""), []string{"503", "hf download owner/tiny"}},
		{"another fault", tiny, answer(418, ""), []string{"418"}},
		{"no hub", tiny, func(w http.ResponseWriter, _ *http.Request) bool {
			_, err := w.Write([]byte("<html>Welcome</html>"))
			return err == nil
		}, []string{"can't be read", "is " + server.URL + " a hub?"}},
		{"a commit that leads out", tiny, func(w http.ResponseWriter, _ *http.Request) bool {
			_, err := w.Write([]byte(`{"sha": "../../x", "siblings": []}`))
			return err == nil
		}, []string{"names no commit"}},
		{"no hashes", tiny, func(w http.ResponseWriter, _ *http.Request) bool {
			_, err := w.Write([]byte(`{"sha": "` + hubtest.Commit + `", "siblings": [{"rfilename": "config.json"}]}`))
			return err == nil
		}, []string{"no hash of config.json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server.Answer = c.answer
			_, err := Fetch(context.Background(), c.repo, []string{"config.json"}, nil)
			errtest.Contains(t, err, append(c.want, c.repo.ID)...)
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error %q shows the token", err)
			}
		})
	}
}
