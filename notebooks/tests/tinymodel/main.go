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

// maker has a test's model made in a folder that stays.
type maker struct {
	testing.TB
	folder string
}

func (m maker) Helper()                      {}
func (m maker) TempDir() string              { return m.folder }
func (m maker) Fatal(args ...any)            { log.Fatal(args...) }
func (m maker) Fatalf(form string, a ...any) { log.Fatalf(form, a...) }

func main() {
	if len(os.Args) != 2 {
		log.Fatal("name one folder, which is made: tinymodel FOLDER")
	}
	if err := os.MkdirAll(os.Args[1], 0o755); err != nil {
		log.Fatal(err)
	}
	tinymodel.WriteChat(maker{folder: os.Args[1]}, 1)
}
