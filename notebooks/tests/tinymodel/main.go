// Command tinymodel makes the model that the tests of the notebooks train: two layers with random weights, and the
// tokenizer and chat template of the real one. A cell takes it where DPO_MODEL names its folder.
//
//	go run ./notebooks/tests/tinymodel FOLDER
package main

import (
	"log"
	"os"
	"testing"

	"example.com/gonb-dpo/internal/tinymodel"
)

// permanent is a testing.TB whose temporary folder is not removed.
type permanent struct {
	testing.TB
	folder string
}

func (p permanent) Helper()                      {}
func (p permanent) TempDir() string              { return p.folder }
func (p permanent) Fatal(args ...any)            { log.Fatal(args...) }
func (p permanent) Fatalf(form string, a ...any) { log.Fatalf(form, a...) }

func main() {
	if len(os.Args) != 2 {
		log.Fatal("name the folder to create: tinymodel FOLDER")
	}
	if err := os.MkdirAll(os.Args[1], 0o755); err != nil {
		log.Fatal(err)
	}
	tinymodel.WriteChat(permanent{folder: os.Args[1]}, 1)
}
