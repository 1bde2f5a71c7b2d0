//go:build t4check

package main

/*
#cgo LDFLAGS: -ldl
#include <stdint.h>
#include <stdlib.h>

uintptr_t t4_recording(const char *path);
char *t4_open(const char *path, const char *target);
char *t4_compile(char *code, size_t size, int64_t *bytes, int64_t *temporary);
*/
import "C"

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"
)

// target describes a Tesla T4 to XLA, as a GpuTargetConfigProto.
//
//go:embed tesla_t4.txtpb
var target string

// program is a graph as it was given to the plugin.
type program struct {
	Stage      string
	Code       []byte
	Executions int
}

// counts are what a stage does.
type counts struct {
	Executions, Arguments, FromHost, ToHost int
}

// record is what the recording plugin has seen.
var record struct {
	Programs []*program
	Stages   map[string]*counts

	stage  string
	loaded map[unsafe.Pointer]*program
}

// begin makes what follows belong to a stage.
func begin(stage string) {
	record.stage = stage
	record.Stages[stage] = &counts{}
}

//export recordProgram
func recordProgram(executable unsafe.Pointer, code *C.char, size C.size_t) {
	p := &program{Stage: record.stage, Code: C.GoBytes(unsafe.Pointer(code), C.int(size))}
	record.Programs = append(record.Programs, p)
	record.loaded[executable] = p
}

//export recordExecution
func recordExecution(executable unsafe.Pointer, arguments C.size_t) {
	record.loaded[executable].Executions++
	record.Stages[record.stage].Executions++
	record.Stages[record.stage].Arguments += int(arguments)
}

//export recordTransfer
func recordTransfer(fromHost C.int) {
	if fromHost == 1 {
		record.Stages[record.stage].FromHost++
	} else {
		record.Stages[record.stage].ToHost++
	}
}

// useRecording makes go-xla take the CPU's plugin, which computes and records, for the one with a name.
func useRecording(name, cpu string) error {
	record.loaded, record.Stages = map[unsafe.Pointer]*program{}, map[string]*counts{}
	begin("open")
	path := C.CString(cpu)
	defer C.free(unsafe.Pointer(path))
	table := C.t4_recording(path)
	if table == 0 {
		return fmt.Errorf("%s is no PJRT plugin", cpu)
	}
	return pjrt.RegisterPreloadedPlugin(name, uintptr(table))
}

// openT4 opens the CUDA plugin and has it describe a T4. An unknown flag in XLA_FLAGS ends the process here, with XLA's message.
func openT4(plugin string) error {
	path, text := C.CString(plugin), C.CString(target)
	defer C.free(unsafe.Pointer(path))
	defer C.free(unsafe.Pointer(text))
	return problem(C.t4_open(path, text))
}

// compiled is what XLA says of a graph for a T4.
type compiled struct {
	bytes, temporary int64 // arguments, results and temporaries; temporaries alone
	seconds          float64
}

func compileForT4(code []byte) (c compiled, err error) {
	bytes := C.CBytes(code)
	defer C.free(bytes)
	var total, temporary C.int64_t
	started := time.Now()
	err = problem(C.t4_compile((*C.char)(bytes), C.size_t(len(code)), &total, &temporary))
	return compiled{int64(total), int64(temporary), time.Since(started).Seconds()}, err
}

func problem(text *C.char) error {
	if text == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(text))
	line, _, _ := strings.Cut(C.GoString(text), "\n")
	return errors.New(line)
}
