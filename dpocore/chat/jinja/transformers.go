package jinja

import (
	"time"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// Rejection is the message with which a template refuses a conversation.
type Rejection struct{ Message string }

func (r *Rejection) Error() string { return r.Message }

// RaiseException is the function raise_exception of transformers, which ends the rendering with a [Rejection].
var RaiseException = &python.Func{Name: "raise_exception", Call: func(m *python.Machine, a python.Args) python.Value {
	panic(&Rejection{m.Str(a.Bind("raise_exception", "message", python.Required{})[0])})
}}

// StrftimeNow is the function strftime_now of transformers for a time.
func StrftimeNow(now time.Time) *python.Func {
	return &python.Func{Name: "strftime_now", Call: func(_ *python.Machine, a python.Args) python.Value {
		return strftime(now, python.TextArgument("strftime_now", a.Bind("strftime_now", "format", python.Required{})[0]))
	}}
}
