package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// other lists what the program needs besides Go modules, and how it is pinned.
const other = `
## Besides Go modules

| what | licence | pinned by |
|---|---|---|
| Go's standard library | BSD-3-Clause | ` + "`go.mod`" + ` |
| libtokenizers, from daulet/tokenizers and Hugging Face's tokenizers (Rust) | MIT, Apache-2.0 | the binding's version in ` + "`go.mod`" + `, SHA-256 in ` + "`setup/`" + ` |
| XLA's plugin for the CPU, and jax-cuda12-pjrt or jax-cuda13-pjrt for the GPU | Apache-2.0 | SHA-256 in ` + "`setup/`" + ` |
| CUDA libraries, only on a GPU, as NVIDIA's wheels or as the host has them | NVIDIA's own | versions in ` + "`setup/`" + ` |
| SmolLM2-135M-Instruct | Apache-2.0 | SHA-256 in ` + "`setup/`" + ` |

None of these is in this repository; set-up downloads them.
`

// Document returns the text of docs/licences.md.
func Document(modules []Module) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("# Licences\n\nThe Go modules that the command and the notebooks link, by `go run ./dev/licences`.\n\n" +
		"| module | version | licence |\n|---|---|---|\n")
	for _, m := range modules {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", m.Path, m.Version, m.Licence)
	}
	out.WriteString(other)
	return out.Bytes(), nil
}

// Bill returns a bill of materials in CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json).
func Bill(modules []Module) ([]byte, error) {
	type licence struct {
		License struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	type component struct {
		Type     string    `json:"type"`
		Name     string    `json:"name"`
		Version  string    `json:"version"`
		PURL     string    `json:"purl"`
		Licences []licence `json:"licenses"`
	}
	bill := struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Components []component `json:"components"`
	}{Format: "CycloneDX", Spec: "1.5", Version: 1}
	for _, m := range modules {
		own := licence{}
		own.License.ID = m.Licence
		bill.Components = append(bill.Components, component{"library", m.Path, m.Version, "pkg:golang/" + m.Path + "@" + m.Version, []licence{own}})
	}
	raw, err := json.MarshalIndent(bill, "", "  ")
	return append(raw, '\n'), err
}
