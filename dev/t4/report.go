//go:build t4check

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// compileRecorded compiles recorded graphs for a T4 and prints a line for each, and one for each stage of the work. It returns an
// error for each graph that would not do on a T4.
func compileRecorded(plugin, path string) error {
	recorded, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(recorded, &record); err != nil {
		return err
	}
	folder := filepath.Join(filepath.Dir(path), "dump")
	flags := strings.Replace(os.Getenv("XLA_FLAGS"), "--xla_dump_to=", "--xla_dump_hlo_as_text --xla_dump_to="+folder, 1)
	os.Setenv("XLA_FLAGS", flags)
	if err := openT4(plugin); err != nil {
		return fmt.Errorf("open %s for a T4: %w", plugin, err)
	}
	fmt.Printf("  %-12s %5s %9s %9s %8s %8s  %s\n", "stage", "runs", "MiB", "temporary", "compile", "kernels", "products")
	var faults []error
	for _, p := range record.Programs {
		if err := p.compile(folder); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", p.Stage, err))
		}
	}
	for _, stage := range []string{"reference", "policy", "update", "evaluation", "generation"} {
		if c := record.Stages[stage]; c != nil {
			fmt.Printf("  %-12s %5d executions, %5d buffers passed, %4d to the device, %4d from it\n", stage, c.Executions, c.Arguments, c.FromHost, c.ToHost)
		}
	}
	return errors.Join(faults...)
}

// compile compiles a program, whose dumps go to a folder, and prints a line about it.
func (p *program) compile(folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	made, err := compileForT4(p.Code)
	if err != nil {
		return fmt.Errorf("XLA does not compile it for a T4: %w", err)
	}
	hlo, err := dumped(folder, "*after_optimizations.txt")
	if err != nil {
		return err
	}
	thunks, err := dumped(folder, "*thunk_sequence*.txt") // after a change by XLA, such as to command buffers, another one
	if err != nil {
		return err
	}
	fmt.Printf("  %-12s %5d %9.1f %9.1f %6.1f s %8d  %s\n", p.Stage, p.Executions, mib(made.bytes), mib(made.temporary), made.seconds,
		len(kernel.FindAllString(thunks, -1)), products(hlo))
	return errors.Join(commandBuffer(thunks), library(hlo), fits(made))
}

func commandBuffer(thunks string) error {
	if strings.Contains(thunks, "kCommandBuffer") {
		return errors.New("XLA made a command buffer, which it records again whenever an address changes")
	}
	return nil
}

func library(hlo string) error {
	if line := notLibrary.FindString(hlo); line != "" {
		return fmt.Errorf("a product is not a library call: %s", strings.TrimSpace(line))
	}
	return nil
}

func fits(made compiled) error {
	if made.bytes > usable {
		return fmt.Errorf("it needs %.0f MiB, and XLA takes %.0f MiB of a T4", mib(made.bytes), mib(usable))
	}
	return nil
}

var (
	kernel     = regexp.MustCompile(`(?m)^.*\bk(Kernel|Gemm|CublasLtMatmul|CubSort|Copy|CustomKernel|Memset\w*|TritonKernel)\b`)
	notLibrary = regexp.MustCompile(`(?m)^.* = \S+ dot\(.*$`)
	definition = regexp.MustCompile(`(?m)^\s*(?:ROOT )?%([\w.-]+) = \(?(\w+)\[`)
	inLibrary  = regexp.MustCompile(`custom-call\(%([\w.-]+)[^\n]*custom_call_target="__cublas`)
)

// products lists the matrix products of a graph that are library calls, by the type of their factors: "4 f16, 20 f32".
func products(hlo string) string {
	count := map[string]int{}
	for computation := range strings.SplitSeq(hlo, "\n\n") {
		types := map[string]string{}
		for _, match := range definition.FindAllStringSubmatch(computation, -1) {
			types[match[1]] = match[2]
		}
		for _, match := range inLibrary.FindAllStringSubmatch(computation, -1) {
			count[types[match[1]]]++
		}
	}
	var list []string
	for dtype, n := range count {
		list = append(list, fmt.Sprintf("%d %s", n, dtype))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// dumped reads the reports that XLA has written under names of a pattern.
func dumped(folder, pattern string) (text string, err error) {
	paths, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return "", err
	}
	if len(paths) == 0 {
		return "", fmt.Errorf("XLA wrote no report %s", pattern)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		text += string(content)
	}
	return text, nil
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
